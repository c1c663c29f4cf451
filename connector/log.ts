/** Events for the operator: one JSON line each, on stderr. */

import type { Clock } from './host.ts';
import { rfc3339 } from './time.ts';

/** From least to most urgent. */
const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
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

/** One line of the log, before it is written. */
export interface LogEvent {
  readonly level: LogLevel;
  readonly message: string;
  /** With `eventType: 'connectorStatus'` where the message is the task's state. */
  readonly fields: LogFields;
}

/** `json` for Flow; `text` for people; `color` for people at a terminal. */
const logFormats = ['json', 'text', 'color'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface LogOptions {
  /** Takes one line without its newline. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
  readonly level: LogLevel;
  readonly format: LogFormat;
}

/** The level that a name means, in any case and with the spellings that Flow's other parts use. */
export function parseLogLevel(name: string | undefined): LogLevel {
  const level = (name ?? 'info').toLowerCase();
  if (level === 'warning') return 'warn';
  if (level === 'fatal' || level === 'panic') return 'error';
  return logLevels.find((known) => known === level) ?? 'info';
}

export function parseLogFormat(name: string | undefined): LogFormat {
  return logFormats.find((known) => known === name?.toLowerCase()) ?? 'json';
}

/** A log that writes lines of at least this level. Status events are written at every level: users see them. */
export function createLog(options: LogOptions): Log {
  const least = logLevels.indexOf(options.level);
  return logTo((event) => {
    if (logLevels.indexOf(event.level) < least && !isStatus(event)) return;
    options.write(render(options.format, rfc3339(options.clock.now()), event));
  });
}

/** A log that hands every event to somebody. */
export function logTo(take: (event: LogEvent) => void, fields: LogFields = {}): Log {
  const at =
    (level: LogLevel) =>
    (message: string, more: LogFields = {}) => {
      take({ level, message, fields: { ...fields, ...more } });
    };
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    status: (message) => {
      take({ level: 'info', message, fields: { ...fields, eventType: statusEventType } });
    },
    with: (more) => logTo(take, { ...fields, ...more }),
  };
}

const statusEventType = 'connectorStatus';

/** True for a sentence that tells the task's state. */
export function isStatus({ fields }: LogEvent): boolean {
  return fields['eventType'] === statusEventType;
}

const colors: Readonly<Record<LogLevel, number>> = {
  trace: 90,
  debug: 36,
  info: 32,
  warn: 33,
  error: 31,
};

function render(format: LogFormat, ts: string, event: LogEvent): string {
  const { level, message, fields } = event;
  if (format === 'json') return JSON.stringify({ ts, level, message, fields });
  const shown = Object.entries(fields).filter(([name]) => name !== 'eventType');
  const label = (isStatus(event) ? 'STATUS' : level.toUpperCase()).padEnd(6);
  const details = shown.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  const tag = format === 'color' ? `\u001b[${colors[level]}m${label}\u001b[0m` : label;
  return `${ts} ${tag} ${message}${details.join('')}`;
}
