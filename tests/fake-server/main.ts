/** Serves the fake DynamoDB over HTTP: a stand-in that splits shards, throttles and loses connections. */

import { Command, InvalidArgumentError } from 'commander';
import type { KeyAttribute, KeyType } from '../../connector/table.ts';
import type { TableSpec } from '../support/fake-dynamodb/fake-dynamodb.ts';
import { serveFake } from '../support/fake-dynamodb/http-server.ts';

interface Flags {
  readonly port: number;
  readonly seed: number;
  readonly latency: number;
  readonly tables: readonly TableSpec[];
  readonly partitions: number;
  readonly recoveryDays: number;
  readonly exportDelay: number;
  readonly buckets: readonly string[];
  readonly untilEof: boolean;
}

const tableText = /^(?:(\d{12})\/)?([\w.-]+):(\w+)=([SNB])(?:,(\w+)=([SNB]))?$/;

/** For instance `orders:customer=S,number=N`, or `444455556666/orders:…` in another account. */
function parseTable(text: string, others: readonly TableSpec[]): TableSpec[] {
  const [, accountId, name, partitionKey, partitionType, sortKey, sortType] =
    tableText.exec(text) ?? [];
  if (name === undefined || partitionKey === undefined) {
    throw new InvalidArgumentError(
      'Expected name:attribute=TYPE or name:attribute=TYPE,attribute=TYPE, after account/ or not.',
    );
  }
  const key: KeyAttribute[] = [{ name: partitionKey, type: partitionType as KeyType }];
  if (sortKey !== undefined) key.push({ name: sortKey, type: sortType as KeyType });
  return [...others, { name, accountId, key, stream: 'NEW_AND_OLD_IMAGES' }];
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('Expected a whole number.');
}

const program = new Command('fake-dynamodb')
  .description('Serves a DynamoDB in memory, with faults on request (POST /_admin/…).')
  .option('--port <number>', 'port on 127.0.0.1; 0 picks a free one', parseNumber, 8000)
  .option('--seed <number>', 'seed of all chance', parseNumber, 1)
  .option('--latency <ms>', 'longest time to an answer', parseNumber, 0)
  .option('--partitions <count>', 'partitions, and so open shards, of each table', parseNumber, 1)
  .option('--tables <table...>', 'tables with a stream, as name:attribute=TYPE', parseTable, [])
  .option('--recovery-days <days>', 'point-in-time recovery of each table', parseNumber, 0)
  .option('--buckets <name...>', 'buckets of an S3 at the same address, for exports', [])
  .option('--export-delay <ms>', 'time that an export takes', parseNumber, 1000)
  .option('--until-eof', 'end when the input does, for the process that started this one', false);

const { port, seed, latency, tables, partitions, untilEof, ...flags } = program
  .parse()
  .opts<Flags>();
const exportDelayMs = [flags.exportDelay, flags.exportDelay] as const;
const server = await serveFake({ port, seed, latencyMs: [0, latency], exportDelayMs });
const recoveryDays = flags.recoveryDays === 0 ? undefined : flags.recoveryDays;
for (const table of tables) {
  server.fake.createTable({ ...table, partitionCount: partitions, recoveryDays });
}
for (const bucket of flags.buckets) server.fake.s3.create(bucket);
process.stdout.write(`${server.endpoint}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void server.close();
  });
}
if (untilEof) {
  process.stdin.once('close', () => {
    void server.close();
  });
  process.stdin.resume();
}
