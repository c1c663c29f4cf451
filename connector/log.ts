/** Events for the operator: one JSON line each, on stderr. */

/** From least to most urgent. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/** Messages are static sentences; what varies goes into the fields. Nothing secret belongs in either. */
export interface Log {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A short sentence in the present tense that the web app shows as the task's state. */
  status(message: string): void;
  /** A log that adds these fields to every line. */
  with(fields: LogFields): Log;
}
