/** What can be asked of a fake over HTTP: POST /_admin/<command> with a JSON object. */

import { messageOf, nameOf } from '../../../connector/errors.ts';
import type { KeyType, StreamViewType } from '../../../connector/table.ts';
import { exportDescription } from './export-job.ts';
import type { FakeDynamoDb } from './fake-dynamodb.ts';
import type { FaultChances, FaultRule } from './faults.ts';
import { Input } from './input.ts';
import { loadItems } from './load.ts';
import type { SkewError } from './signature.ts';

/** Each gives what is answered, as JSON. */
type Command = (fake: FakeDynamoDb, input: Input) => unknown;

const commands: Readonly<Record<string, Command>> = {
  /** `{"rules":[FaultRule…]}`: adds them, in order. A `count` of -1 stands for all. */
  faults: (fake, input) => {
    for (const rule of input.list('rules') as FaultRule[]) {
      fake.faults.add(rule.count === -1 ? { ...rule, count: Infinity } : rule);
    }
  },
  /** `{"chances":{"reset":0.01}}`: replaces all probabilities. */
  chances: (fake, input) => {
    const chances = input.input('chances');
    const entries = chances.names().map((kind) => [kind, chances.optionalNumber(kind) ?? 0]);
    fake.faults.setChances(Object.fromEntries(entries) as FaultChances);
  },
  /** No rules and no probabilities. */
  'clear-faults': (fake) => {
    fake.faults.clear();
  },
  /** `{"ms":500000,"error":"RequestTimeTooSkewed"}` */
  skew: (fake, input) => {
    fake.skewClock(input.optionalNumber('ms') ?? 0, input.optionalText('error') as SkewError);
  },
  /** `{"ms":14400000}`: tables and streams get older. */
  advance: (fake, input) => {
    fake.advance(input.optionalNumber('ms') ?? 0);
    return { now: new Date(fake.now()).toISOString() };
  },
  /** `{"table":"orders","shard":"shardId-…","children":2}`: the children's ids. */
  split: (fake, input) =>
    fake.splitShard(
      input.text('table'),
      input.optionalText('shard'),
      input.optionalCount('children', 1, 100),
    ),
  /** `{"table":"orders","shard":…}`: all open shards without `shard`. */
  'roll-over': (fake, input) => fake.rollOver(input.text('table'), input.optionalText('shard')),
  /** `{"table":"orders","shard":…}`: all shards without `shard`. */
  trim: (fake, input) => {
    fake.trim(input.text('table'), input.optionalText('shard'));
  },
  /** `{"table":"orders","shard":…}`: the shard vanishes. */
  'forget-shard': (fake, input) => {
    fake.forgetShard(input.text('table'), input.text('shard'));
  },
  /** `{"table":"orders"}`: shards as they are. */
  shards: (fake, input) => fake.shards(input.text('table')),
  'disable-stream': (fake, input) => {
    fake.disableStream(input.text('table'));
  },
  /** `{"table":"orders","viewType":"NEW_IMAGE"}` */
  'enable-stream': (fake, input) => {
    fake.enableStream(
      input.text('table'),
      input.optionalText('viewType') as StreamViewType | undefined,
    );
    return { streamArn: fake.streamArn(input.text('table')) };
  },
  /** `{"table":"orders","account":"111122223333","key":{"id":"S"},"stream":"NEW_IMAGE","partitions":4}` */
  'create-table': (fake, input) => {
    const key = input.input('key');
    fake.createTable({
      name: input.text('table'),
      accountId: input.optionalText('account'),
      key: key.names().map((name) => ({ name, type: key.text(name) as KeyType })),
      stream: input.optionalText('stream') as StreamViewType | undefined,
      partitionCount: input.optionalCount('partitions', 1, 10_000) ?? 1,
    });
  },
  /** `{"table":"orders","days":35}`: turns point-in-time recovery on; off with 0 days. */
  recovery: (fake, input) => {
    const days = input.optionalCount('days', 0, 35) ?? 35;
    fake.setRecovery(input.text('table'), days === 0 ? undefined : days);
  },
  /** `{"bucket":"exports","region":"us-east-1","owner":"123456789012","readable":true,"writable":true,"listable":true}` */
  bucket: (fake, input) => {
    const flag = (name: string) => !input.has(name) || input.flag(name);
    const [region, ownerId] = [input.optionalText('region'), input.optionalText('owner')];
    fake.s3.create(input.text('bucket'), {
      ...(region !== undefined && { region }),
      ...(ownerId !== undefined && { ownerId }),
      ...{ isReadable: flag('readable'), isWritable: flag('writable') },
      isListable: flag('listable'),
    });
  },
  /** All exports, as DescribeExport shows them. */
  exports: (fake) => fake.exports.map(exportDescription),
  'drop-table': (fake, input) => {
    fake.dropTable(input.text('table'));
  },
  /** `{"table":"orders","count":100000,"bytes":450,"from":0}`: puts numbered items, see `load.ts`. */
  load: (fake, input) => {
    const count = input.optionalCount('count', 1, 100_000_000) ?? 1000;
    const bytes = input.optionalCount('bytes', 1, 400_000) ?? 400;
    loadItems(fake, {
      table: input.text('table'),
      count,
      bytes,
      from: input.optionalNumber('from') ?? 0,
    });
    return { itemCount: fake.itemCount(input.text('table')) };
  },
  stats: (fake) => fake.stats,
};

/** Carries a command out. Whatever is wrong with it comes back as status 400. */
export function answerAdmin(
  fake: FakeDynamoDb,
  name: string,
  body: string,
): { readonly status: number; readonly json: string } {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return failed(`Unknown command "${name}"`, 404);
  try {
    const answer = command(fake, Input.parse(body === '' ? '{}' : body));
    return { status: 200, json: JSON.stringify(answer ?? {}) };
  } catch (error) {
    return failed(`${nameOf(error)}: ${messageOf(error)}`, 400);
  }
}

const failed = (message: string, status: number) => ({ status, json: JSON.stringify({ message }) });
