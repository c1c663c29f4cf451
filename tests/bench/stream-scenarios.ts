/** What following streams costs and how soon changes come: many shards, busy ones, latency. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../support/flow-runtime.ts';
import { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import { openDynamoDb } from '../support/dynamodb-local.ts';
import { monotonicMs } from './drain.ts';
import type { FakeTable } from './fake-server.ts';
import { writeMark, type Latencies } from './latency-drain.ts';
import { NotMeasured } from './not-measured.ts';
import { peakMemoryMib } from './process-tree.ts';
import type { BenchOptions, Result, Scenario } from './scenarios.ts';
import type { ShapeName } from './shapes.ts';
import { callCount, measure, untilAllAreRead, withConnector, withFake } from './stream-run.ts';

/** Until pace and compilers have settled, once every shard is being read. */
const settleMs = 3_000;
/** Before latencies count: the first ones are the start's. */
const warmUpMs = 4_000;
const latencySeconds = 10;
/** https://aws.amazon.com/dynamodb/pricing/: a hundred thousand reads of a stream in us-east-1. */
const dollarsPerCall = 0.02 / 100_000;
const hoursPerMonth = 730;
const secondsPerHour = 3600;
const busyRecordsPerSecond = 200;

export const streamScenarios: readonly Scenario[] = [
  ...[500, 1000, 2000, 5000].map((shardCount) => idle(`idle-${shardCount}`, [table(shardCount)])),
  idle(
    'idle-3-tables',
    [1, 2, 3].map((number) => table(1000, 4, `table-${number}`)),
  ),
  idle('idle-500-10s', [table(500)], { idleBackoffMax: '10s' }),
  calls('busy-500', { tables: [table(500)], perSecond: 1000 }),
  rollOver('roll-over-1000', table(1000, 4)),
  latency('latency-busy', { shardCount: 1, perSecond: busyRecordsPerSecond }),
  latency('latency-busy-of-3000', {
    shardCount: 3000,
    perSecond: busyRecordsPerSecond,
    isNarrow: true,
  }),
  latency('latency-idle', { shardCount: 200, perSecond: 40 }),
  latency('latency-backfill', {
    shardCount: 1,
    perSecond: busyRecordsPerSecond,
    endlessScan: '400-byte',
  }),
  { name: 'latency-local', run: latencyOfLocal },
];

function table(shardCount: number, rollOvers = 0, name = 'live'): FakeTable {
  return { name, shardCount, rollOvers };
}

function idle(name: string, tables: readonly FakeTable[], advanced: JsonObject = {}): Scenario {
  return calls(name, { tables, perSecond: 0, advanced });
}

interface Calls {
  readonly tables: readonly FakeTable[];
  /** Writes, over all shards of the first table. */
  readonly perSecond: number;
  readonly advanced?: JsonObject;
}

/** Calls, CPU time and memory of shards that are all being read. */
function calls(name: string, { tables, perSecond, advanced = {} }: Calls): Scenario {
  return {
    name,
    run: (options) =>
      withFake({ tables }, options, advanced, async ({ fake, connector, openedAtMs }) => {
        const openShards = await untilAllAreRead(fake, tables);
        const firstReadSeconds = (monotonicMs() - openedAtMs) / 1000;
        await fake.ask({ kind: 'write', table: tables[0]!.name, perSecond });
        await sleep(settleMs);
        const use = await measure(connector, fake, options.seconds);
        return { name, openShards, firstReadSeconds, ...use, ...cost(use, openShards) };
      }),
  };
}

/** How soon the children of shards that end together are all being read. */
function rollOver(name: string, rolled: FakeTable): Scenario {
  return {
    name,
    run: (options) =>
      withFake({ tables: [rolled] }, options, {}, async ({ fake, connector }) => {
        const openShards = await untilAllAreRead(fake, [rolled]);
        await sleep(settleMs);
        const before = await fake.ask({ kind: 'roll-over', table: rolled.name });
        const rolledAtMs = monotonicMs();
        await untilAllAreRead(fake, [{ ...rolled, shardCount: 2 * rolled.shardCount }]);
        const after = await fake.ask({ kind: 'stats' });
        return {
          name,
          openShards,
          firstReadSeconds: (monotonicMs() - rolledAtMs) / 1000,
          listCalls: callCount(after, 'DescribeStream') - callCount(before, 'DescribeStream'),
          peakMemoryMib: peakMemoryMib(connector),
        };
      }),
  };
}

interface Latency {
  readonly shardCount: number;
  readonly perSecond: number;
  readonly isNarrow?: boolean;
  readonly endlessScan?: ShapeName;
}

/** From a record's being readable to its document's arrival at the reader of stdout. */
function latency(name: string, options: Latency): Scenario {
  const { shardCount, perSecond, isNarrow = false, endlessScan } = options;
  const settings = {
    tables: [table(shardCount)],
    ...(endlessScan === undefined ? {} : { endlessScan }),
  };
  return {
    name,
    run: (run) =>
      withFake(settings, run, {}, async ({ fake, connector, drain }) => {
        const openShards = await untilAllAreRead(fake, settings.tables, endlessScan !== undefined);
        await fake.ask({ kind: 'write', table: 'live', perSecond, isNarrow });
        await sleep(warmUpMs);
        await drain.ask('take');
        const use = await measure(connector, fake, latencySeconds);
        const taken = await drain.ask('take');
        return { name, openShards, ...use, ...latencyFigures(taken) };
      }),
  };
}

/** The same against DynamoDB Local, where a write's time is taken before it is sent. */
async function latencyOfLocal(options: BenchOptions): Promise<Result> {
  const name = 'latency-local';
  const local = await openDynamoDb({ ownerPid: process.pid });
  const dynamoDb = new DynamoDbCalls(local.endpoint);
  const tableName = `bench-${Date.now()}`;
  try {
    const key = [
      { name: 'pk', type: 'S' },
      { name: 'sk', type: 'N' },
    ] as const;
    await dynamoDb.createTable(tableName, key, 'NEW_AND_OLD_IMAGES');
    return await withConnector(
      local.endpoint,
      [tableName],
      options,
      {},
      async ({ connector, drain }) => {
        await sleep(settleMs);
        let number = 0;
        const keepWriting = async (untilMs: number) => {
          for (; monotonicMs() < untilMs; number += 1) {
            const writtenAt = { S: writeMark(number) };
            const sk = { N: String(Math.round(monotonicMs() * 1000)) };
            await dynamoDb.putItem(tableName, { pk: { S: `live-${number}` }, sk, writtenAt });
            await sleep(5);
          }
        };
        await keepWriting(monotonicMs() + warmUpMs);
        await drain.ask('take');
        await keepWriting(monotonicMs() + latencySeconds * 1000);
        await sleep(1000);
        const figures = latencyFigures(await drain.ask('take'));
        return { name, openShards: 1, peakMemoryMib: peakMemoryMib(connector), ...figures };
      },
    );
  } finally {
    await dynamoDb.deleteTable(tableName).catch(() => undefined);
    await local.stop();
  }
}

function cost({ callsPerSecond }: { readonly callsPerSecond: number }, openShards: number) {
  const callsPerShardHour = (callsPerSecond / openShards) * secondsPerHour;
  const dollarsPerMonth = callsPerSecond * secondsPerHour * hoursPerMonth * dollarsPerCall;
  return { callsPerShardHour, dollarsPerMonth };
}

function latencyFigures({ latenciesMs }: Latencies) {
  if (latenciesMs.length === 0) throw new NotMeasured('emits no document of the changes');
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
  return {
    latencyCount: sorted.length,
    latencyMsP50: at(0.5),
    latencyMsP99: at(0.99),
    latencyMsMax: at(1),
  };
}
