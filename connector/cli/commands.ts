/** The commands for people: their options and help here, their work in a file each, loaded when it is asked for. */

import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { CommandHost } from '../host.ts';
import { createContext, type CommandContext } from './command.ts';
import { exitCodes, reportError } from './command-error.ts';

/** Runs a command line and returns the process's exit code. */
export async function runCommand(
  commandLine: readonly string[],
  host: CommandHost,
): Promise<number> {
  const context = createContext(host);
  let exitCode: number = exitCodes.ok;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(commandLine, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, context.stderr);
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

/** Takes a command's exit code. */
type Done = (exitCode: number) => void;

function createProgram(context: CommandContext, done: Done): Command {
  const program = new Command('source-dynamodb')
    .description(packageJson.description)
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand(false)
    .addHelpText('after', programHelp)
    .showHelpAfterError('See --help for what there is.')
    .configureOutput({
      writeOut: (text) => {
        context.stdout.write(text);
      },
      writeErr: (text) => {
        context.stderr.write(text);
      },
      getOutHelpWidth: () => Math.min(context.stdout.columns, helpWidthMax),
      getErrHelpWidth: () => Math.min(context.stderr.columns, helpWidthMax),
      getOutHasColors: () => context.stdout.colors.isColorSupported,
      getErrHasColors: () => context.stderr.colors.isColorSupported,
      outputError: (text, write) => {
        write(text.replace(/^error:/, context.stderr.colors.red('Error:')));
      },
    })
    .exitOverride();
  // Sub-commands made by `command` inherit what was configured so far.
  defineSpec(program, context, done);
  return program;
}

/** Lines beyond this are hard to read. */
const helpWidthMax = 100;

const programHelp = `
Examples:
  $ source-dynamodb spec
  $ echo '{"spec":{}}' | source-dynamodb

Without a command, the program serves the Flow capture protocol on stdin and stdout.

Exit codes: 0 done, 1 failed or problems found, 2 the command line is wrong.`;

function defineSpec(program: Command, { print }: CommandContext, done: Done): void {
  program
    .command('spec')
    .description('print what the connector says of itself: its configuration schemas')
    .action(async () => {
      const { printSpec } = await import('./spec.ts');
      done(await printSpec(print));
    });
}

/** Options that name a capture. */
export const sourceOption = () =>
  new Option('--source <file>', 'the flow.yaml').default('flow.yaml');
export const captureOption = () =>
  new Option('--capture <name>', 'the capture, where the file holds several');
