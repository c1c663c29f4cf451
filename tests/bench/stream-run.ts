/** A connector that follows the streams of a fake DynamoDB, and what it takes meanwhile. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { CodecName } from '../support/connector-process.ts';
import type { JsonObject } from '../support/flow-runtime.ts';
import { openRequest, send, startConnector, stop } from './capture-run.ts';
import { monotonicMs } from './drain.ts';
import type { FakeQuestion, FakeServerSettings, FakeStats, FakeTable } from './fake-server.ts';
import type { Latencies, LatencyQuestion } from './latency-drain.ts';
import { NotMeasured } from './not-measured.ts';
import { cpuSeconds, peakMemoryMib } from './process-tree.ts';
import { RoleProcess } from './role-process.ts';
import { readsNoOpenShard, type BenchOptions, type Result } from './scenarios.ts';

/** Until every shard is being read. */
const readMsMax = 60_000;
const lookIntervalMs = 50;

interface Running {
  /** The connector's process. */
  readonly connector: number;
  readonly drain: RoleProcess<LatencyQuestion, Latencies>;
  readonly openedAtMs: number;
}

type Fake = RoleProcess<FakeQuestion, FakeStats>;

/** A fake with these tables, and a connector that captures them, for as long as `run` takes. */
export async function withFake(
  settings: FakeServerSettings,
  options: BenchOptions,
  advanced: JsonObject,
  run: (running: Running & { readonly fake: Fake }) => Promise<Result>,
): Promise<Result> {
  const fake: Fake = new RoleProcess('fake', settings);
  try {
    const { port } = await fake.ask({ kind: 'port' });
    const names = settings.tables.map(({ name }) => name);
    return await withConnector(`http://127.0.0.1:${port}`, names, options, advanced, (running) =>
      run({ ...running, fake }),
    );
  } finally {
    fake.stop();
  }
}

/** The same with tables of any endpoint. */
export async function withConnector(
  endpoint: string,
  tableNames: readonly string[],
  options: Pick<BenchOptions, 'command' | 'folder'> & { readonly codec: CodecName },
  advanced: JsonObject,
  run: (running: Running) => Promise<Result>,
): Promise<Result> {
  const { connector, drain, ended } = await startConnector<LatencyQuestion, Latencies>({
    ...options,
    certificate: undefined,
    drain: 'latency',
    hasProbe: false,
  });
  try {
    const openedAtMs = monotonicMs();
    send(connector, options.codec, { open: openRequest(endpoint, tableNames, advanced) });
    const result = await Promise.race([
      run({ connector: connector.pid ?? 0, drain, openedAtMs }),
      ended,
    ]);
    await stop(connector);
    return result;
  } finally {
    connector.kill('SIGKILL');
    drain.stop();
  }
}

/** Resolves with the number of open shards once each has been asked for records. */
export async function untilAllAreRead(
  fake: Fake,
  tables: readonly FakeTable[],
  isInBackfill = false,
): Promise<number> {
  const openShards = tables.reduce((sum, { shardCount }) => sum + shardCount, 0);
  const deadlineMs = monotonicMs() + readMsMax;
  for (;;) {
    const { readShardCount } = await fake.ask({ kind: 'stats' });
    if (readShardCount >= openShards) return openShards;
    if (monotonicMs() > deadlineMs) {
      if (isInBackfill && readShardCount === 0) throw new NotMeasured(readsNoOpenShard);
      throw new NotMeasured(`reads ${readShardCount} of ${openShards} shards after a minute`);
    }
    await sleep(lookIntervalMs);
  }
}

/** Calls, records, CPU time and memory over some seconds. */
export async function measure(connector: number, fake: Fake, seconds: number) {
  const look = async () => ({
    atMs: monotonicMs(),
    cpuSeconds: cpuSeconds(connector),
    stats: await fake.ask({ kind: 'stats' }),
  });
  const before = await look();
  await sleep(seconds * 1000);
  const after = await look();
  const elapsedSeconds = (after.atMs - before.atMs) / 1000;
  const read = callCount(after.stats, 'GetRecords') - callCount(before.stats, 'GetRecords');
  return {
    cpuShare: (after.cpuSeconds - before.cpuSeconds) / elapsedSeconds,
    callsPerSecond: read / elapsedSeconds,
    recordsPerSecond: (after.stats.written - before.stats.written) / elapsedSeconds,
    peakMemoryMib: peakMemoryMib(connector),
  };
}

export const callCount = ({ calls }: FakeStats, operation: string) => calls[operation] ?? 0;
