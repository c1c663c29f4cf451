import { describe, expect, test } from '@jest/globals';
import { mergePatch } from '../../../connector/merge-patch.ts';
import type { ScanRequest, Shard, TableApi } from '../../../connector/aws/aws.ts';
import { AwsError } from '../../../connector/aws/aws-error.ts';
import { Emitter, runCapture } from '../../../connector/capture/capture.ts';
import { parseEndpointConfig } from '../../../connector/config/config.ts';
import type { TableStateJson } from '../../../connector/state/state.ts';
import type { Table } from '../../../connector/table.ts';
import { jsonLines } from '../../../protocol/json-lines.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { collectedLog, never, outcome } from '../aws/retry-context.ts';
import { tableNamed } from '../discovery/fake-aws.ts';
import { config } from '../cli/fake-host.ts';
import { awsOf, shardPage } from '../stream/fake-stream.ts';

interface World {
  readonly state?: TableStateJson;
  readonly table?: Partial<Table>;
  readonly shards?: readonly Shard[];
  readonly onDataLoss?: 'fail' | 'backfill';
  /** By default two, all of them empty. */
  readonly backfillSegments?: number;
  readonly scan?: TableApi['scan'];
}

const startMs = Date.UTC(2026, 7, 21, 10);
const open: Shard = { id: 's-2', parentId: undefined, isClosed: false };

/** Captures a table of no items until it is caught up; how it ended, and the state that is left. */
async function capture(world: World) {
  const { state, table, shards = [open], onDataLoss = 'fail', backfillSegments = 2 } = world;
  const clock = new FakeClock(startMs);
  const { log, lines } = collectedLog(clock);
  const described = tableNamed('orders', table);
  const empty = Buffer.from('{"Items":[],"Count":0,"ScannedCount":0}');
  const base = awsOf(clock, {
    listShards: () => Promise.resolve(shardPage(shards)),
    listChildShards: () => Promise.resolve(shardPage([])),
    getShardIterator: (_arn, id) =>
      shards.some((shard) => shard.id === id)
        ? Promise.resolve('i')
        : Promise.reject(new AwsError('ResourceNotFoundException', 'No such shard', 400)),
    getRecords: () => Promise.resolve(Buffer.from('{"Records":[],"NextShardIterator":"i"}')),
  });
  const tables = {
    describeTable: () => Promise.resolve(described),
    scan: world.scan ?? (() => Promise.resolve(empty)),
  };
  let committed: unknown = { bindingStateV1: state === undefined ? {} : { orders: state } };
  const write = (pieces: readonly Uint8Array[]) => {
    committed = mergePatch(committed, JSON.parse(Buffer.concat(pieces).toString()));
    return Promise.resolve();
  };
  const options = {
    aws: { ...base, tables: { ...base.tables, ...tables } },
    config: parseEndpointConfig({ ...config, advanced: { onDataLoss, backfillSegments } }),
    clock,
    log,
    emitter: new Emitter({ write }, (patch) => Buffer.from(JSON.stringify(patch))),
    documentFraming: (binding: number) => jsonLines.documentFraming(binding),
    sourcedSchema: (binding: number, _: unknown, documentSchema: unknown) =>
      jsonLines.encode({ kind: 'sourcedSchema', binding, documentSchema }),
    lastEpoch: state?.epoch,
    end: 'caught-up' as const,
    watch: undefined,
  };
  const resource = { table: 'orders', rcuAllocation: undefined };
  const binding = { index: 0, stateKey: 'orders', resource, state };
  const got = await clock.run(outcome(runCapture(options, [binding], never)));
  const { orders } = (committed as { bindingStateV1: { orders?: TableStateJson } }).bindingStateV1;
  const said = lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  return { got, orders, said };
}

const hundred = Array<number>(100).fill(100);

const now = '2026-08-21T10:00:00.000Z';
const epoch = '2026-08-20T10:00:00.000Z';
const streamArn = 'arn:stream/orders';
const finished: TableStateJson = {
  streamArn,
  tableId: 'orders-id',
  epoch,
  streamReadAt: now,
  totalBackfillSegments: 1,
  backfillFinishedAt: epoch,
  backfillSegmentProgress: { 0: { exclusiveStartKey: 'AmEA', finishedAt: epoch } },
  shards: { 's-2': {} },
};

describe('runCapture()', () => {
  test('backfills an empty table', async () => {
    const { got, orders } = await capture({});
    expect([got, orders]).toEqual([
      undefined,
      {
        streamArn,
        tableId: 'orders-id',
        epoch: now,
        backfillStartedAt: now,
        streamReadAt: now,
        totalBackfillSegments: 2,
        backfillItems: 0,
        itemsReadAt: expect.any(String),
        backfillSegmentProgress: {
          0: { finishedAt: expect.any(String) },
          1: { finishedAt: expect.any(String) },
        },
        backfillFinishedAt: expect.any(String),
        shards: { 's-2': {} },
      },
    ]);
  });

  test('goes on with a finished state, and changes nothing', async () => {
    const { got, orders } = await capture({ state: finished });
    expect([got, orders]).toEqual([undefined, finished]);
  });

  test('takes over a state of the Go connector whose last segment is finished, but not the backfill', async () => {
    const { totalBackfillSegments, backfillSegmentProgress = {}, shards = {} } = finished;
    const state = { streamArn, totalBackfillSegments, backfillSegmentProgress, shards };
    const { got, orders } = await capture({ state });
    const ours = { tableId: 'orders-id', epoch: now, backfillFinishedAt: now };
    expect([got, orders]).toEqual([undefined, { ...state, ...ours }]);
  });

  // The key of the state does not fit the new table's.
  const recreated: Partial<Table> = { id: 'other', key: [{ name: 'id', type: 'N' }] };

  test('fails for a table that was created again, also with another key', async () => {
    const { got, orders } = await capture({ state: finished, table: recreated });
    expect([got, orders]).toEqual([
      'Stream records of table "orders" were lost: the table was deleted and created again. ' +
        'Changes in between are not captured, and deletes among them cannot be known',
      finished,
    ]);
  });

  test('starts over for a table that was created again, where the user wants that', async () => {
    const { got, orders, said } = await capture({
      state: finished,
      table: recreated,
      onDataLoss: 'backfill',
    });
    expect([got, orders?.tableId, orders?.epoch, orders?.totalBackfillSegments]).toEqual([
      undefined,
      'other',
      now,
      2,
    ]);
    expect(orders?.backfillSegmentProgress?.[0]).toEqual({ finishedAt: expect.any(String) });
    expect(said.slice(1, 3)).toEqual([
      'Stream records were lost',
      'Backfilling "orders" again: stream records were lost',
    ]);
  });

  test('starts over with a younger epoch, whatever the clock says', async () => {
    const future = '2030-01-01T00:00:00.000Z';
    const state = { ...finished, epoch: future, streamArn: 'arn:old' };
    const { orders } = await capture({ state, onDataLoss: 'backfill' });
    expect(orders?.epoch).toBe('2030-01-01T00:00:00.001Z');
  });

  test('fails for an unfinished shard that is no longer listed', async () => {
    const state = { ...finished, shards: { 's-1': { lastReadSequence: '7' }, 's-2': {} } };
    const { got } = await capture({ state });
    expect(got).toMatch(
      /^Stream records of table "orders" were lost: shard "s-1" is no longer listed/,
    );
  });

  test.each<[string, Partial<World>, boolean, readonly number[]]>([
    ['small: one request', {}, true, [1]],
    ['of a hundred megabytes: a hundred', { table: { sizeBytes: 1e9 } }, true, hundred],
    ['told small, and large: a hundred after its first page', {}, false, [1, ...hundred]],
    ['told small, and divided by the user', { backfillSegments: 1 }, false, [1, 1]],
  ])('asks for the segments of a table %s', async (_, world, isSmall, want) => {
    const asked: number[] = [];
    const body = (members: string) => Buffer.from(`{"Items":[${members}}`);
    const full = body(`],"LastEvaluatedKey":{"id":{"S":"k"}},"Padding":"${'x'.repeat(1e6)}"`);
    const scan = ({ totalSegments, startKey }: ScanRequest) => {
      asked.push(totalSegments);
      const isFull = totalSegments === 1 && startKey === undefined && !isSmall;
      return Promise.resolve(isFull ? full : body(']'));
    };
    const { got, orders } = await capture({ backfillSegments: 0, scan, ...world });
    const { totalBackfillSegments, backfillSegmentProgress = {}, backfillFinishedAt } = orders!;
    expect([got, asked]).toEqual([undefined, want]);
    expect(backfillFinishedAt).toEqual(expect.any(String));
    expect([totalBackfillSegments, Object.keys(backfillSegmentProgress).length]).toEqual([
      want.at(-1),
      want.at(-1),
    ]);
  });
});
