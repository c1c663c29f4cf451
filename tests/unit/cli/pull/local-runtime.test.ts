import { describe, expect, test } from '@jest/globals';
import {
  runLocally,
  stateKeyOf,
  type LocalRunOptions,
} from '../../../../connector/cli/pull/local-runtime.ts';
import type { CapturedBatch } from '../../../../connector/cli/pull/session-output.ts';
import type { WatchedTable } from '../../../../connector/session/session.ts';
import { endpointConfig } from '../../../simulation/open-request.ts';
import '../../../simulation/loaded.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeDynamoDb } from '../../../support/fake-dynamodb/fake-dynamodb.ts';
import { collectedLog, outcome } from '../../aws/retry-context.ts';

const itemCount = 200;
const itemsPerPage = 10;

/** A table of items whose stream begins after them, so that only a scan can tell of them. */
function tableOfItems() {
  const clock = new FakeClock(Date.UTC(2026, 7, 21, 10));
  const fake = new FakeDynamoDb({ clock });
  fake.createTable({ name: 'orders', key: [{ name: 'id', type: 'S' }] });
  for (let index = 0; index < itemCount; index += 1) {
    fake.put('orders', { id: { S: `item ${index}` } });
  }
  fake.enableStream('orders');
  return { clock, fake };
}

interface Given extends Partial<Omit<LocalRunOptions, 'host' | 'log' | 'capture'>> {
  readonly stop?: AbortController;
  readonly table?: string;
}

/** A run until it is caught up, unless told otherwise; how it ended, and what was committed. */
async function run({ clock, fake }: ReturnType<typeof tableOfItems>, given: Given = {}) {
  const { stop = new AbortController(), table = 'orders', commit, ...others } = given;
  const batches: CapturedBatch[] = [];
  const { log, lines } = collectedLog(clock);
  const host = {
    input: (async function* () {
      // Not ours: the session has an input of its own.
    })(),
    output: { write: () => Promise.reject(new Error('Documents are not written here')) },
    logLine: () => undefined,
    clock,
    random: () => 0.5,
    environment: {},
    http: fake.transport(),
    stop: stop.signal,
  };
  const collection = { name: 'acmeCo/orders', key: ['/id'], writeSchema: {} };
  const ended = runLocally({
    host,
    log,
    capture: {
      name: 'acmeCo/try',
      config: endpointConfig({ backfillSegments: 4, scanLimit: itemsPerPage }),
      bindings: [{ resourceConfig: { table }, collection, backfill: 0, place: 'flow.yaml:1' }],
    },
    state: {},
    end: 'caught-up',
    ...others,
    commit: async (some) => {
      // Their bytes are good until the commit is over.
      batches.push(
        ...some.map(({ documents, state, sourcedSchemas }) => ({
          documents: documents.map(({ binding, json }) => ({ binding, json: Buffer.from(json) })),
          state,
          sourcedSchemas,
        })),
      );
      return commit === undefined ? false : commit(some);
    },
  });
  const error = await clock.run(outcome(ended));
  const documents = batches.flatMap((batch) => batch.documents).map(documentOf);
  const said = lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
  return { error, documents, state: batches.at(-1)?.state ?? {}, batches, said };
}

interface Document {
  readonly id: string;
  readonly _meta: { readonly op: string; readonly snapshot: boolean };
}

const documentOf = ({ json }: { readonly json: Uint8Array }) =>
  JSON.parse(Buffer.from(json).toString()) as Document;
const idsOf = (documents: readonly Document[]) => documents.map(({ id }) => id).sort();
const allIds = Array.from({ length: itemCount }, (_, index) => `item ${index}`).sort();

describe('runLocally()', () => {
  test('captures every item, and ends when caught up', async () => {
    const { error, documents, state, said } = await run(tableOfItems());
    expect([error, idsOf(documents)]).toEqual([undefined, allIds]);
    const finished = { orders: expect.objectContaining({ backfillItems: itemCount }) };
    expect(state).toEqual({ bindingStateV1: finished });
    expect([said.at(0), said.at(-1)]).toEqual([
      'Validating capture configuration',
      'Backfilled and caught up',
    ]);
  });

  test('ends when backfilled', async () => {
    const { error, documents, said } = await run(tableOfItems(), { end: 'backfilled' });
    expect([error, idsOf(documents), said.at(-1)]).toEqual([undefined, allIds, 'Backfilled']);
  });

  test('goes on from a committed state with what has changed since', async () => {
    const world = tableOfItems();
    const { state } = await run(world);
    world.fake.put('orders', { id: { S: 'item 7' }, colour: { S: 'red' } });
    world.fake.delete('orders', { id: { S: 'item 8' } });
    const { error, documents } = await run(world, { state });
    const changes = documents.map(({ id, _meta: { op, snapshot } }) => [id, op, snapshot]);
    expect([error, changes]).toEqual([
      undefined,
      [
        ['item 7', 'u', false],
        // While the backfill is young, what is deleted comes before its delete.
        ['item 8', 'c', true],
        ['item 8', 'd', false],
      ],
    ]);
  });

  test('ends with the commit that has enough, and drops what comes after it', async () => {
    const world = tableOfItems();
    let commitCount = 0;
    const first = await run(world, {
      commit: () => {
        commitCount += 1;
        return Promise.resolve(commitCount === 6);
      },
    });
    expect([first.error, commitCount]).toEqual([undefined, 6]);
    const second = await run(world, { state: first.state });
    expect(idsOf([...first.documents, ...second.documents])).toEqual(allIds);
  });

  test('commits everything whole when it is asked to stop, and goes on without a repetition', async () => {
    const world = tableOfItems();
    const stop = new AbortController();
    let commitCount = 0;
    const first = await run(world, {
      stop,
      commit: () => {
        commitCount += 1;
        if (commitCount === 4) stop.abort(new Error('Received SIGINT'));
        return Promise.resolve(false);
      },
    });
    expect(first.error).toBe(undefined);
    expect(first.documents.length).toBeLessThan(itemCount);
    const second = await run(world, { state: first.state });
    expect(idsOf([...first.documents, ...second.documents])).toEqual(allIds);
  });

  test('commits once at a time, and all that came meanwhile together', async () => {
    const world = tableOfItems();
    let underWay = 0;
    const sizes: number[] = [];
    const { documents } = await run(world, {
      commit: async (batches) => {
        underWay += 1;
        sizes.push(batches.length);
        expect(underWay).toBe(1);
        await world.clock.sleep(200, new AbortController().signal);
        underWay -= 1;
        return false;
      },
    });
    expect(idsOf(documents)).toEqual(allIds);
    expect(Math.max(...sizes)).toBeGreaterThan(1);
  });

  test('throws what failed a commit', async () => {
    const commit = () => Promise.reject(new Error('No space left'));
    expect((await run(tableOfItems(), { commit })).error).toBe('No space left');
  });

  test('throws what validation finds', async () => {
    const { error } = await run(tableOfItems(), { table: 'order' });
    expect(error).toBe('Table "order" does not exist in region us-east-1');
  });

  test('does not wait for ever for a reader that stands still', async () => {
    const world = tableOfItems();
    const stop = new AbortController();
    const startMs = world.clock.now();
    const { error } = await run(world, {
      stop,
      commit: () => {
        stop.abort(new Error('Received SIGINT'));
        return new Promise(() => undefined);
      },
    });
    expect(error).toBe(undefined);
    expect(world.clock.now() - startMs).toBeLessThan(20_000);
  });

  test('shows its progress to the end', async () => {
    const seen: WatchedTable[] = [];
    const onProgress = (tables: readonly WatchedTable[]) => void seen.push(...tables);
    await run(tableOfItems(), { watch: { intervalMs: 50, onProgress } });
    expect(new Set(seen.map(({ phase }) => phase))).toEqual(
      new Set(['starting', 'backfilling', 'streaming']),
    );
    const { items, itemsExpected, shards } = seen.at(-1)!;
    expect({ items, itemsExpected, shards }).toEqual({
      items: itemCount,
      itemsExpected: itemCount,
      shards: 1,
    });
  });
});

describe('stateKeyOf()', () => {
  test.each<[string[], number, string]>([
    [['orders'], 0, 'orders'],
    [['public', 't'], 0, 'public%2Ft'],
    [['public', 't'], 1, 'public%2Ft.v1'],
    [['Größe_1+2=3.x-y'], 0, 'Größe_1+2=3.x-y'],
    [['arn:aws:x:table/a b'], 2, 'arn%3Aaws%3Ax%3Atable%2Fa%20b.v2'],
    [['€'], 0, '%E2%82%AC'],
  ])('of %j with backfill %d is as Flow makes it', (path, backfill, want) => {
    expect(stateKeyOf(path, backfill)).toBe(want);
  });
});
