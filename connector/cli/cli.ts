/** The command line: without arguments the protocol, everything else is for people. */

import type { Host } from '../host.ts';
import { serve } from './serve.ts';

/**
 * Runs a command line and returns the process's exit code. Loads only what that takes; `serve` is there at once,
 * because Flow waits for every start of it, and a file more to load is a millisecond.
 */
export async function runCommandLine(commandLine: readonly string[], host: Host): Promise<number> {
  if (commandLine.length === 0) return serve(host);
  const { runCommand } = await import('./commands.ts');
  return runCommand(commandLine, host);
}
