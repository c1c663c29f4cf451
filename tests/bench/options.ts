/** The benchmark's command line. */

import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CodecName } from '../support/connector-process.ts';
import { scenarios } from './scenarios.ts';

export interface BenchCommandLine {
  readonly command: readonly string[];
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

interface Flags extends Omit<BenchCommandLine, 'command' | 'isWanted'> {
  readonly connector: string | undefined;
  readonly only: readonly string[];
}

/** Ends the process, with help or a message, when the arguments ask for help or make no sense. */
export function parseBenchOptions(parameters: readonly string[]): BenchCommandLine {
  const names = scenarios.map(({ name }) => name);
  const { connector, only, ...flags } = new Command('npm run bench --')
    .description('Measures a capture connector against a server of prepared DynamoDB responses.')
    .option('--connector <command>', 'program and arguments (default: the built connector)')
    .addOption(
      new Option('--codec <name>', 'how the connector is spoken to')
        .choices(['json', 'proto'])
        .default('json'),
    )
    .option('--only <scenario...>', `scenarios, or how their names begin: ${names.join(', ')}`)
    .option('--runs <count>', 'runs of each scenario', wholeNumber(runsMax), 3)
    .option('--seconds <count>', 'what is measured of a run', wholeNumber(secondsMax), 4)
    .option('--json', 'print the results as JSON', false)
    .option('--no-save', 'leave tests/bench/results alone')
    .parse([...parameters], { from: 'user' })
    .opts<Flags>();
  const command = connector?.split(' ') ?? [process.execPath, path.resolve('dist/main.js')];
  const wanted = (only as readonly string[] | undefined) ?? [''];
  // A scenario's whole name means that one only, also where others go on from it.
  const isWanted = (name: string) =>
    wanted.some((start) => name === start || (!names.includes(start) && name.startsWith(start)));
  return { ...flags, command, isWanted };
}

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
  };
}
