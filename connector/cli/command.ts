/** What every command for people is given. */

import type { CommandHost } from '../host.ts';
import { createLog, type Log } from '../log.ts';
import { terminalOf, type Terminal } from './terminal.ts';

export interface CommandContext {
  readonly host: CommandHost;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  /** What goes wrong underneath, as lines on stderr. */
  readonly log: Log;
  /** Writes a result to stdout; resolves when its reader has taken it. */
  readonly print: (text: string) => Promise<void>;
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
