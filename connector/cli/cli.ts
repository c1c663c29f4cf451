/** The command line: without arguments the protocol, everything else is for people. */

import type { CommandHost } from '../host.ts';
import { serve } from './serve.ts';

/** For who started the program by hand, and would wait for something to happen. */
const typedHint =
  'Serving the Flow capture protocol on stdin. Commands for people: source-dynamodb --help';

/**
 * Runs a command line and returns the process's exit code. Loads only what that takes; `serve` is there at once,
 * because Flow waits for every start of it, and a file more to load is a millisecond.
 */
export async function runCommandLine(
  commandLine: readonly string[],
  host: CommandHost,
): Promise<number> {
  if (commandLine.length === 0) {
    if (host.isInputTerminal) host.logLine(typedHint);
    return serve(host);
  }
  const { runCommand } = await import('./commands.ts');
  return runCommand(commandLine, host);
}
