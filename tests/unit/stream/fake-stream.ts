import type { Aws, Shard, ShardPage, ShardPosition } from '../../../connector/aws/aws.ts';
import { ByteBudget } from '../../../connector/async/byte-budget.ts';
import { RateLimit } from '../../../connector/async/rate-limit.ts';
import type { Clock } from '../../../connector/host.ts';
import type { ReaderContext, RecordPageOutcome } from '../../../connector/stream/shard-reader.ts';
import { StreamLag } from '../../../connector/stream/stream-lag.ts';
import { retryContext } from '../aws/retry-context.ts';

export const unexpected = () => Promise.reject(new Error('Not expected to be called'));

export const shardPage = (shards: readonly Shard[], lastShardId?: string): ShardPage => ({
  shards,
  lastShardId,
  streamStatus: 'ENABLED',
});

export function awsOf(clock: Clock, streams: Partial<Aws['streams']>): Aws {
  return {
    clock,
    endpoint: 'region us-east-1',
    streamEndpoint: 'region us-east-1',
    retry: retryContext(clock),
    tables: {
      listTables: unexpected,
      describeTable: unexpected,
      scan: unexpected,
      getItems: unexpected,
    },
    repairPorts: unexpected,
    streams: {
      listShards: unexpected,
      listChildShards: unexpected,
      getShardIterator: unexpected,
      getRecords: unexpected,
      ...streams,
    },
  };
}

export const rateOf = (clock: Clock, unitsPerSecond: number) =>
  new RateLimit(clock, { unitsPerSecond, burst: unitsPerSecond });

/** One answer of a shard: how many records it brings and whether it is the shard's last; or what fails. */
export type Answer =
  | {
      readonly records: number;
      readonly isLast?: boolean;
      readonly bytes?: number;
      /** Of its records; five seconds unless told. */
      readonly ageMs?: number;
    }
  | { readonly fails: Error; readonly at?: 'getShardIterator' | 'deliver' };

/** A shard that gives these answers, one after the other, and what was asked of it and delivered. */
export function scriptedShard(clock: Clock, answers: readonly Answer[]) {
  const script = [...answers];
  const asked: string[] = [];
  const calledAtMs: number[] = [];
  const delivered: (readonly [string | undefined, number])[] = [];
  let [sequence, iterators] = [0, 0];
  let answer: Answer | undefined;
  const failAt = (place: string) => {
    if (answer === undefined || !('fails' in answer) || (answer.at ?? 'getRecords') !== place)
      return;
    const error = answer.fails;
    answer = undefined;
    throw error;
  };
  const next = () => (answer ??= script.shift() ?? { records: 0, isLast: true });
  const streams: Partial<Aws['streams']> = {
    async getShardIterator(_arn, _shardId, position: ShardPosition) {
      const place = position.type === 'TRIM_HORIZON' ? 'oldest' : position.sequenceNumber;
      asked.push(`iterator at ${place}`);
      next();
      await Promise.resolve();
      failAt('getShardIterator');
      return `i${iterators++}`;
    },
    async getRecords({ shardIterator }) {
      asked.push(`records of ${shardIterator}`);
      calledAtMs.push(clock.now());
      const given = next();
      await Promise.resolve();
      failAt('getRecords');
      return Buffer.alloc('records' in given ? (given.bytes ?? 100) : 100);
    },
  };
  const deliver: ReaderContext['deliver'] = async ({ afterSequenceNumber }) => {
    const given = next();
    await Promise.resolve();
    failAt('deliver');
    answer = undefined;
    const {
      records: recordCount,
      isLast = false,
      ageMs = 5000,
    } = given as Extract<Answer, { records: number }>;
    sequence += recordCount;
    delivered.push([afterSequenceNumber, recordCount]);
    return {
      recordCount,
      lastSequenceNumber: recordCount > 0 ? String(sequence) : undefined,
      lastCreatedAtMs: recordCount > 0 ? clock.now() - ageMs : undefined,
      nextShardIterator: isLast ? undefined : `i${iterators++}`,
    } satisfies RecordPageOutcome;
  };
  return { asked, calledAtMs, delivered, streams, deliver };
}

/** All that a reader of a scripted shard needs. */
export function readerContext(
  clock: Clock,
  { streams, deliver }: Pick<ReturnType<typeof scriptedShard>, 'streams' | 'deliver'>,
  given: Partial<ReaderContext> = {},
): ReaderContext {
  const lag = new StreamLag(clock);
  lag.listed();
  return {
    aws: awsOf(clock, streams),
    clock,
    streamArn: 'arn:1',
    budget: new ByteBudget(32 * 1024 * 1024),
    readCalls: rateOf(clock, 1000),
    idleReadCalls: rateOf(clock, 1000),
    idleBackoffMaxMs: 1000,
    lag,
    deliver,
    isClosed: () => false,
    lost: ({ shardId }) => Promise.reject(new Error(`lost ${shardId}`)),
    ...given,
  };
}
