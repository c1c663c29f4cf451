/** The demo's command line. */

import { Command, InvalidArgumentError, Option } from 'commander';
import type { CodecName } from '../support/connector-process.ts';

export interface DemoOptions {
  /** Items over all tables. */
  readonly items: number;
  readonly changes: number;
  readonly seed: number;
  readonly json: boolean;
  readonly keep: boolean;
  readonly fake: boolean;
  readonly log: boolean;
  readonly codec: CodecName;
  /** Hours in which no connector runs after the first act; absent without a second one. */
  readonly pause?: number;
}

const itemsMax = 2_000_000;
const changesMax = 1_000_000;

/** Ends the process, with help or a message, when the arguments ask for help or make no sense. */
export function parseDemoOptions(parameters: readonly string[]): DemoOptions {
  const command = new Command('npm run demo --');
  const options = command
    .description(
      'Captures DynamoDB tables that are written to all the while, kills the connector half-way, and proves ' +
        'that the collections equal the tables.',
    )
    .option('--items <count>', 'items over three tables', wholeNumber(30, itemsMax), 12_000)
    .option('--changes <count>', 'changes during the backfill', wholeNumber(10, changesMax), 2_000)
    .option('--seed <number>', 'same seed, same items', wholeNumber(0, 2 ** 31), 1)
    .addOption(
      new Option('--codec <name>', 'how the connector is spoken to')
        .choices(['json', 'proto'])
        .default('json'),
    )
    .option('--json', 'print the summary as one line of JSON, and all else to stderr', false)
    .option('--keep', 'leave DynamoDB running, with its tables', false)
    .option('--fake', "against our own fake DynamoDB, without Java, instead of AWS's", false)
    .option('--pause <hours>', 'after the backfill, a pause of so many hours: 30h', pauseHours)
    .option('--log', "print the connector's log, too", false)
    .parse([...parameters], { from: 'user' })
    .opts<DemoOptions>();
  if (options.pause !== undefined && !options.fake) {
    command.error('error: --pause needs --fake: only its time can be moved');
  }
  return options;
}

/** For instance `30h`. A day is what streams keep by themselves. */
function pauseHours(text: string): number {
  const [, hours] = /^(\d+)h?$/.exec(text) ?? [];
  if (hours !== undefined && Number(hours) >= 1 && Number(hours) <= 800) return Number(hours);
  throw new InvalidArgumentError('It must be a number of hours from 1h to 800h.');
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
