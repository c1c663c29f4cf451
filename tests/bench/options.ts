/** The benchmark's command line. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { CodecName } from '../support/connector-process.ts';
import { groupNames, groups, type Group, type GroupName } from './groups.ts';

export interface BenchCommandLine {
  readonly group: GroupName;
  readonly command: readonly string[];
  /** Another connector, which takes turns with it; absent for none. */
  readonly against: readonly string[] | undefined;
  readonly codec: CodecName;
  readonly runs: number;
  readonly seconds: number;
  readonly json: boolean;
  readonly save: boolean;
  /** Whether a scenario of this name is to be run. */
  readonly isWanted: (scenario: string) => boolean;
}

const runsMax = 50;
const secondsMax = 60;

interface Flags extends Omit<
  BenchCommandLine,
  'group' | 'command' | 'against' | 'isWanted' | 'runs' | 'seconds'
> {
  readonly connector: string | undefined;
  readonly against: string | undefined;
  readonly only: readonly string[] | undefined;
  readonly runs: number | undefined;
  readonly seconds: number | undefined;
}

/** Ends the process, with help or a message, when the arguments ask for help or make no sense. */
export function parseBenchOptions(parameters: readonly string[]): BenchCommandLine {
  const program = new Command('npm run bench --')
    .description('Measures a capture connector against a server of ours.')
    .addArgument(new Argument('[group]', 'what is measured').choices(groupNames).default('speed'))
    .option(
      '--connector <command>',
      'program and arguments (default: the built connector, run as in its image)',
    )
    .option('--against <command>', 'another connector, measured by turns with it')
    .addOption(
      new Option('--codec <name>', 'how the connector is spoken to')
        .choices(['json', 'proto'])
        .default('json'),
    )
    .option('--only <scenario...>', 'scenarios, or how their names begin')
    .option('--runs <count>', `runs of each scenario (${defaults('runs')})`, wholeNumber(runsMax))
    .option(
      '--seconds <count>',
      `what is measured of a run (${defaults('seconds')})`,
      wholeNumber(secondsMax),
    )
    .option('--json', 'print the results as JSON', false)
    .option('--no-save', 'leave tests/bench/results alone')
    .addHelpText('after', groupNames.map(scenariosText).join(''))
    .parse([...parameters], { from: 'user' });
  const group = program.processedArgs[0] as GroupName;
  const { connector, against, only, runs, seconds, ...flags } = program.opts<Flags>();
  const { scenarios, ...given } = groups[group];
  const names: readonly string[] = scenarios.map(({ name }) => name);
  const command = connector?.split(' ') ?? imageCommand();
  const wanted = only ?? [''];
  // A scenario's whole name means that one only, also where others go on from it.
  const isWanted = (name: string) =>
    wanted.some((start) => name === start || (!names.includes(start) && name.startsWith(start)));
  return {
    ...flags,
    group,
    command,
    against: against?.split(' '),
    isWanted,
    runs: runs ?? given.runs,
    seconds: seconds ?? given.seconds,
  };
}

/** The built connector, with the flags and the environment that the Dockerfile gives it. */
function imageCommand(): string[] {
  const dockerfile = readFileSync('Dockerfile', 'utf8');
  const [, entrypoint = '[]'] = /^ENTRYPOINT (.*)$/m.exec(dockerfile) ?? [];
  const flags = (JSON.parse(entrypoint) as string[]).slice(1, -1);
  const variables = [...dockerfile.matchAll(/^ENV (.*)$/gm)].map(([, variable = '']) => variable);
  return ['env', ...variables, process.execPath, ...flags, path.resolve('dist/main.js')];
}

function defaults(option: 'runs' | 'seconds'): string {
  return groupNames.map((name) => `${name}: ${groups[name][option]}`).join(', ');
}

function scenariosText(name: GroupName): string {
  const { about, scenarios }: Group = groups[name];
  return `\n${name}, ${about}: ${scenarios.map((each) => each.name).join(' ')}\n`;
}

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
  };
}
