/** What every command for people is given. */

import type { CommandHost } from '../host.ts';
import { createLog, type Log } from '../log.ts';
import { terminalOf, type Terminal } from './terminal/terminal.ts';

export interface CommandContext {
  readonly host: CommandHost;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** What goes wrong underneath, as lines on stderr. */
  readonly log: Log;
  /** Writes a result to stdout; resolves when its reader has taken it. */
  readonly print: (text: string) => Promise<void>;
}

/** Erases the line that the cursor is on. */
const eraseLine = '\r\u001b[2K';

/** Does some work, with a line that says so while it lasts, where lines may go again. */
export async function withNotice<T>(
  { stderr }: Pick<CommandContext, 'stderr'>,
  notice: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!stderr.isAnimated) return work();
  stderr.write(stderr.colors.dim(notice.slice(0, stderr.columns - 1)));
  try {
    return await work();
  } finally {
    stderr.write(eraseLine);
  }
}

export function createContext(host: CommandHost): CommandContext {
  const stderr = terminalOf(host, 'stderr');
  return {
    host,
    stdout: terminalOf(host, 'stdout'),
    stderr,
    log: createLog({
      write: host.logLine,
      clock: host.clock,
      level: 'warn',
      format: stderr.colors.isColorSupported ? 'color' : 'text',
    }),
    print: (text) => host.output.write([Buffer.from(text)]),
  };
}
