/** How a command that failed says so, and with which exit code. */

import {
  errorCodes,
  isAwsRefusal,
  isConnectorError,
  messageOf,
  nameOf,
  stackOf,
} from '../errors.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What a shell gets to know. */
export const exitCodes = {
  ok: 0,
  /** The command failed, or found problems; stderr says which. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** Interrupted, as shells have it: 128 and the number of SIGINT. */
  interrupted: 130,
} as const;

/** Prints an error for a person, and gives the exit code. A stack is for bugs of ours, never for a mistake. */
export function reportError(error: unknown, stderr: Terminal): number {
  // Whoever closed the pipe (`| head`) has read enough.
  if (isConnectorError(error) && error.code === errorCodes.outputClosed) return exitCodes.failed;
  stderr.write(`${describeError(error, stderr)}\n`);
  return exitCodes.failed;
}

/** An error as a command prints it: what happened, what to do about it, and the code to look it up by. */
export function describeError(error: unknown, { colors }: Pick<Terminal, 'colors'>): string {
  const label = colors.red(colors.bold('Error:'));
  if (isConnectorError(error)) {
    const { message, hint, code } = error;
    return [
      `${label} ${message}`,
      ...(hint === undefined ? [] : [`${colors.bold('Hint:')}  ${hint}`]),
      colors.dim(`Code:  ${code}`),
    ].join('\n');
  }
  if (isAwsRefusal(error)) {
    return `${label} AWS refused a request: ${nameOf(error)}: ${messageOf(error)}`;
  }
  const details = stackOf(error) ?? `${nameOf(error)}: ${messageOf(error)}`;
  return `${label} This is a bug of source-dynamodb; please report it with these lines.\n${details}`;
}
