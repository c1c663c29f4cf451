/** The commands for people: their options and help here, their work in a file each, loaded when it is asked for. */

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { protocolVersion } from '../../protocol/responses.ts';
import type { CommandHost } from '../host.ts';
import { createContext, type CommandContext } from './command.ts';
import type { Shell } from './completion.ts';
import { exitCodes, reportError } from './command-error.ts';
import type { DiscoverFlags } from './discover/discover.ts';
import type { PullOptions } from './pull/pull-options.ts';
import type { ValidateFlags } from './validate/validate.ts';

/** Runs a command line and returns the process's exit code. */
export async function runCommand(
  commandLine: readonly string[],
  host: CommandHost,
): Promise<number> {
  const context = createContext(host);
  let exitCode: number = exitCodes.ok;
  const program = createProgram(context, commandLine.includes('--verbose'), (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(commandLine, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (host.stop.aborted) return exitCodes.interrupted;
    if (!(error instanceof CommanderError)) return reportError(error, context.stderr);
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

/** Takes a command's exit code. */
type Done = (exitCode: number) => void;

function createProgram(context: CommandContext, isVerbose: boolean, done: Done): Command {
  const program = new Command('source-dynamodb')
    .description(packageJson.description)
    .version(versionText(context, isVerbose), '-V, --version', 'print the version')
    .option('--verbose', 'with --version: also what it runs on, for bug reports')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand(false)
    .enablePositionalOptions() // A command's --verbose is not the program's.
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
  defineDiscover(program, context, done);
  defineValidate(program, context, done);
  defineSpec(program, context, done);
  definePull(program, context, done);
  defineCompletion(program, context);
  return program;
}

/** The version, and what else somebody needs to know who is to find a bug. */
function versionText({ host }: CommandContext, isVerbose: boolean): string {
  const { name, version, devDependencies } = packageJson;
  if (!isVerbose) return version;
  return [
    `${name} ${version}`,
    host.system,
    `AWS SDK ${devDependencies['@aws-sdk/client-dynamodb']}`,
    `protocol ${protocolVersion}, codecs json and proto`,
  ].join('\n');
}

/** Lines beyond this are hard to read. */
const helpWidthMax = 100;

const programHelp = `
Examples:
  $ source-dynamodb discover --region us-east-1 --write
  $ source-dynamodb validate
  $ source-dynamodb pull --until caught-up --reduce
  $ echo '{"spec":{}}' | source-dynamodb

Without a command, the program serves the Flow capture protocol on stdin and stdout.

Exit codes: 0 done, 1 failed or problems found, 2 the command line is wrong, 130 interrupted.`;

function defineDiscover(program: Command, context: CommandContext, done: Done): void {
  program
    .command('discover')
    .description('list tables, and add those that can be captured to a flow.yaml')
    .addOption(sourceOption())
    .addOption(captureOption())
    .option('--region <region>', 'the region of a new capture, which the file does not have yet')
    .option('--endpoint <url>', "the same, for a DynamoDB that is not AWS's")
    .option('--write', 'add bindings, collections and schema files; create a missing file')
    .addOption(
      new Option('--emit-raw', 'print discovered bindings as JSON, one per line').conflicts([
        'write',
        'json',
      ]),
    )
    .addOption(tableOption('only these tables'))
    .option('--json', 'print the tables as JSON')
    .option('--verbose', 'show how to fix each table, however many there are')
    .addHelpText(
      'after',
      `
Examples:
  $ source-dynamodb discover
  $ source-dynamodb discover --write
  $ source-dynamodb discover --region eu-west-1 --write
  $ source-dynamodb discover --endpoint http://localhost:8000 --write
  $ source-dynamodb discover --table orders --table 'prod-*' --write
  $ source-dynamodb discover --region eu-west-1 --capture acmeCo/shop/source-dynamodb
  $ source-dynamodb discover --json | jq '.tables[] | select(.canBeCaptured | not)'

What you wrote is kept: comments, order, options, disabled bindings, read schemas.`,
    )
    .action(async (flags: DiscoverFlags) => {
      const { discover } = await import('./discover/discover.ts');
      done(await discover(flags, context));
    });
}

function defineValidate(program: Command, context: CommandContext, done: Done): void {
  program
    .command('validate')
    .description('check a capture, and estimate its time and cost')
    .addOption(sourceOption())
    .addOption(captureOption())
    .option('--json', 'print the result as JSON')
    .option('--verbose', 'list every binding, and explain the estimates')
    .addHelpText(
      'after',
      `
Examples:
  $ source-dynamodb validate
  $ source-dynamodb validate --source shop/flow.yaml --capture acmeCo/shop/source-dynamodb
  $ source-dynamodb validate --json | jq .plan.dollars

It reads one item and one stream record of each table, and writes nothing.
It exits with 1 if there are problems.`,
    )
    .action(async (flags: ValidateFlags) => {
      const { validate } = await import('./validate/validate.ts');
      done(await validate(flags, context));
    });
}

function defineSpec(program: Command, { print }: CommandContext, done: Done): void {
  program
    .command('spec')
    .description('print what the connector says about itself: its configuration schemas')
    .action(async () => {
      const { printSpec } = await import('./spec.ts');
      done(await printSpec(print));
    });
}

const pullHelp = `
Documents are printed as flowctl preview prints them, one per line: ["acmeCo/orders",{…}]. With
--reduce the resulting collections are printed at the end, as a materialization with hard deletes
holds them; until then they are held in memory, up to 256 MiB of JSON. Progress goes to stderr.

Examples:
  $ source-dynamodb pull --until backfilled | head -3
  $ source-dynamodb pull --until caught-up --reduce --output orders.jsonl
  $ source-dynamodb pull --state pull.json --output changes.jsonl   # Ctrl-C; run it again to continue
  $ source-dynamodb pull --limit 100 --json 2> progress.jsonl
  $ source-dynamodb pull --region eu-west-1 --table orders --limit 5 --format jsonl
  $ source-dynamodb pull --until caught-up --reduce --format csv --output tables/

Exit codes: 0 done, 1 failed, 2 the command line is wrong, 130 interrupted before --until or --limit.`;

function definePull(program: Command, context: CommandContext, done: Done): void {
  program
    .command('pull')
    .description('capture as Flow would, and print the documents or the resulting collections')
    .addOption(sourceOption())
    .addOption(captureOption())
    .addOption(tableOption('only these tables').default([], 'all of the capture'))
    .option('--region <region>', 'without a flow.yaml: the tables of --table there')
    .option('--endpoint <url>', "the same, for a DynamoDB that is not AWS's")
    .option('--state <file>', 'store what was committed in this file, and continue from it')
    .addOption(
      new Option('--until <when>', 'end when that is reached; without it, Ctrl-C ends it').choices([
        'backfilled',
        'caught-up',
      ]),
    )
    .option('--reduce', 'print the resulting collections at the end', false)
    .addOption(
      new Option('--format <format>', 'lines as flowctl prints them, documents alone, or CSV')
        .choices(['flow', 'jsonl', 'csv'])
        .default('flow'),
    )
    .option(
      '--output <file>',
      'write to this file, or to a file of each collection in folder/',
      '-',
    )
    .addOption(new Option('--limit <count>', 'end after this many documents').argParser(parseCount))
    .option('--json', 'progress and summary as lines of JSON', false)
    .addHelpText('after', pullHelp)
    .action(async (options: PullOptions) => {
      const { pull } = await import('./pull/pull.ts');
      done(await pull(options, context));
    });
}

function defineCompletion(program: Command, { print }: CommandContext): void {
  program
    .command('completion')
    .description('print a script that lets a shell complete commands and options')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', '\nExample:\n  $ source <(source-dynamodb completion bash)')
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion.ts');
      await print(completionScript(program, shell));
    });
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

/** Options that name a capture. */
const sourceOption = () => new Option('--source <file>', 'the flow.yaml').default('flow.yaml');
const captureOption = () => new Option('--capture <name>', 'the capture, if the file has several');

/** Patterns of table names; each use of the option adds one. */
const tableOption = (description: string) =>
  new Option('--table <pattern>', `${description}; * and ? as in a shell, repeatable`).argParser(
    (pattern: string, before: readonly string[] | undefined) => [...(before ?? []), pattern],
  );
