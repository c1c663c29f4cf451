/** The command line: without arguments the protocol, everything else is for people. */

import type { Host } from '../host.ts';

/** Runs a command line and returns the process's exit code. Loads only what that takes. */
export async function runCommandLine(commandLine: readonly string[], host: Host): Promise<number> {
  if (commandLine.length === 0) {
    const { serve } = await import('./serve.ts');
    return serve(host);
  }
  const { runCommand } = await import('./commands.ts');
  return runCommand(commandLine, host);
}
