/** The commands for people. */

import { Command, CommanderError } from 'commander';
import { codecNamed } from '../../protocol/codec.ts';
import type { Host } from '../host.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { spec } from '../session/session.ts';

/** Runs a command line and returns the process's exit code. */
export async function runCommand(commandLine: readonly string[], host: Host): Promise<number> {
  const print = (text: string) => host.output.write([Buffer.from(text)]);
  const program = new Command('source-dynamodb')
    .description(packageJson.description)
    .version(packageJson.version)
    .addHelpText(
      'after',
      '\nWithout a command, the program serves the Flow capture protocol on stdin and stdout:\n' +
        `  $ echo '{"spec":{}}' | source-dynamodb`,
    )
    .configureOutput({
      writeOut: (text) => void print(text),
      writeErr: (text) => {
        host.logLine(text.trimEnd());
      },
    })
    .exitOverride();
  program
    .command('spec')
    .description('print what the connector says of itself: its configuration schemas')
    .action(async () => {
      const codec = await codecNamed('json');
      await host.output.write([codec.encode(spec())]);
    });
  try {
    await program.parseAsync(commandLine, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}
