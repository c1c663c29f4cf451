import { describe, expect, test } from '@jest/globals';
import { Harness, order, type RecordsAnswer } from '../fake-harness.ts';

const hourMs = 3_600_000;
const idOf = (record: RecordsAnswer['Records'][number]) => record.dynamodb.Keys['id']?.['S'];

/** Reads a shard from an iterator until it ends, or shows nothing more. */
async function drain(harness: Harness, iterator: string) {
  const records: RecordsAnswer['Records'][number][] = [];
  let next: string | undefined = iterator;
  for (let calls = 0; next !== undefined && calls < 100; calls++) {
    const page: RecordsAnswer = await harness.records(next);
    if (page.error !== undefined) throw new Error(page.error);
    records.push(...page.Records);
    if (page.Records.length === 0 && page.NextShardIterator !== undefined) break;
    next = page.NextShardIterator;
  }
  return { records, isEnded: next === undefined };
}

function ordersWith(count: number, options = {}): Harness {
  const harness = new Harness(options).createOrders();
  for (let id = 0; id < count; id++) harness.fake.put('orders', order(String(id)));
  return harness;
}

const firstShard = (harness: Harness) => harness.fake.shards('orders')[0]!.id;

describe('records', () => {
  test('tell inserts, changes and deletes, with images, and nothing of what changed nothing', async () => {
    const harness = new Harness().createOrders();
    const { fake } = harness;
    fake.put('orders', { ...order('a', 'one'), tags: { SS: ['x', 'y'] } });
    fake.put('orders', { tags: { SS: ['y', 'x'] }, ...order('a', 'one') });
    fake.put('orders', order('a', 'two'));
    fake.delete('orders', { id: { S: 'nobody' } });
    fake.delete('orders', { id: { S: 'a' } });
    const { records } = await drain(harness, await harness.iterator(firstShard(harness)));
    const one = { ...order('a', 'one'), tags: { SS: ['x', 'y'] } };
    const got = records.map(({ eventName, dynamodb }) => [
      eventName,
      dynamodb.OldImage,
      dynamodb.NewImage,
    ]);
    expect(got).toEqual([
      ['INSERT', undefined, one],
      ['MODIFY', one, order('a', 'two')],
      ['REMOVE', order('a', 'two'), undefined],
    ]);
  });

  test('carry times cut to the second and numbers that grow, also by a digit', async () => {
    const harness = new Harness().createOrders();
    await harness.clock.advance(1999);
    for (let id = 0; id < 300; id++) harness.fake.put('orders', order(String(id)));
    const { records } = await drain(harness, await harness.iterator(firstShard(harness)));
    const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    const seconds = records.map(({ dynamodb }) => dynamodb.ApproximateCreationDateTime);
    expect(new Set(seconds)).toEqual(new Set([Date.UTC(2026, 0, 1) / 1000 + 1]));
    expect(numbers).toEqual([...numbers].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
    expect(new Set(numbers.map((text) => text.length))).toEqual(new Set([21, 22]));
  });

  test('become visible with a delay, in order', async () => {
    const harness = ordersWith(50, { visibilityMs: [100, 900] });
    const iterator = await harness.iterator(firstShard(harness));
    expect((await harness.records(iterator)).Records).toEqual([]);
    await harness.clock.advance(500);
    const early = (await harness.records(iterator)).Records.map(idOf);
    await harness.clock.advance(500);
    const late = (await harness.records(iterator)).Records.map(idOf);
    const want = Array.from({ length: 50 }, (_, id) => String(id));
    expect(late).toEqual(want);
    expect(early).toEqual(want.slice(0, early.length));
    const visible = harness.fake.log.map(({ visibleAtMs = 0 }) => visibleAtMs);
    expect(visible).toEqual([...visible].sort((a, b) => a - b));
  });

  test('come 1,000 or 1 MB to a page, or as many as asked for', async () => {
    const harness = ordersWith(1500);
    const iterator = await harness.iterator(firstShard(harness));
    expect((await harness.records(iterator)).Records).toHaveLength(1000);
    expect((await harness.records(iterator, 7)).Records).toHaveLength(7);
    expect((await harness.records(iterator, 1001)).error).toBe('ValidationException');
    for (let id = 0; id < 5; id++) harness.fake.put('orders', order('big', 'x'.repeat(3e5 + id)));
    const after = harness.fake.log[1499]!.sequenceNumber;
    const big = await harness.records(await harness.iterator(firstShard(harness), after));
    expect(big.Records).toHaveLength(2);
  });

  test('of expired items name the service as their author', async () => {
    const harness = new Harness({ expiryDelayMs: [0, 1000] }).createOrders();
    const soon = String(harness.clock.now() / 1000 + 60);
    harness.fake.put('orders', { ...order('before'), until: { N: soon } });
    harness.fake.setTimeToLive('orders', 'until');
    harness.fake.put('orders', { ...order('after'), until: { N: soon } });
    harness.fake.put('orders', { ...order('renewed'), until: { N: soon } });
    harness.fake.put('orders', order('renewed'));
    await harness.clock.advance(61_000);
    const ids = harness.fake.items('orders').map((item) => item['id']?.S);
    const { records } = await drain(harness, await harness.iterator(firstShard(harness)));
    const identity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    const removed = records.filter(({ eventName }) => eventName === 'REMOVE');
    expect(ids).toEqual(['renewed']);
    expect(removed.map(idOf).sort()).toEqual(['after', 'before']);
    expect(removed.map(({ userIdentity }) => userIdentity)).toEqual([identity, identity]);
  });
});

describe('shards', () => {
  test('roll over about every four hours, also when nobody looks', async () => {
    const harness = ordersWith(1);
    await harness.clock.advance(13 * hourMs);
    const shards = harness.fake.shards('orders');
    const lineage = shards.map(({ parentId, isOpen }) => [parentId, isOpen]);
    expect(lineage).toEqual([
      [undefined, false],
      [shards[0]?.id, false],
      [shards[1]?.id, false],
      [shards[2]?.id, true],
    ]);
  });

  test('end with a page that holds records and no iterator', async () => {
    const harness = ordersWith(3);
    const shardId = firstShard(harness);
    const iterator = await harness.iterator(shardId);
    const [child = ''] = harness.fake.rollOver('orders');
    harness.fake.put('orders', order('later'));
    const page = await harness.records(iterator);
    expect([page.Records.length, page.NextShardIterator]).toEqual([3, undefined]);
    const { records, isEnded } = await drain(harness, await harness.iterator(child));
    expect([records.map(idOf), isEnded]).toEqual([['later'], false]);
  });

  test('keep each key in one line of descent, with growing numbers', () => {
    const harness = new Harness().createOrders(2);
    const ids = Array.from({ length: 40 }, (_, index) => `key-${index}`);
    for (let round = 0; round < 6; round++) {
      for (const id of ids) harness.fake.put('orders', order(id, `round ${round}`));
      if (round % 2 === 0) harness.fake.splitShard('orders');
      else harness.fake.rollOver('orders');
    }
    const parents = new Map(
      harness.fake.shards('orders').map(({ id, parentId }) => [id, parentId]),
    );
    for (const id of ids) {
      const own = harness.fake.log.filter(({ key }) => key === `{"id":{"S":"${id}"}}`);
      for (const [index, { shardId = '', sequenceNumber = '' }] of own.entries()) {
        const before = own[index - 1];
        if (before === undefined) continue;
        expect(BigInt(sequenceNumber) > BigInt(before.sequenceNumber ?? '')).toBe(true);
        expect(ancestors(parents, shardId)).toContain(before.shardId);
      }
    }
  });

  test('lose their records after 24 hours and vanish some hours later', async () => {
    const harness = ordersWith(3);
    const shardId = firstShard(harness);
    const [first] = harness.fake.log;
    const early = await harness.iterator(shardId);
    await harness.clock.advance(24 * hourMs - 1);
    const { records } = await drain(harness, await harness.iterator(shardId));
    expect(records).toHaveLength(3);
    await harness.clock.advance(1);
    expect((await drain(harness, await harness.iterator(shardId))).records).toEqual([]);
    expect(await harness.iterator(shardId, first?.sequenceNumber)).toBe('refused');
    expect((await harness.records(early)).error).toBe('ExpiredIteratorException');
    await harness.clock.advance(12 * hourMs);
    const request = { StreamArn: harness.fake.streamArn('orders'), ShardId: shardId };
    const horizon = { ...request, ShardIteratorType: 'TRIM_HORIZON' };
    expect(await harness.errorOf('GetShardIterator', horizon)).toBe('ResourceNotFoundException');
  });
});

function ancestors(parents: ReadonlyMap<string, string | undefined>, shardId: string): string[] {
  const line = [shardId];
  for (let id = parents.get(shardId); id !== undefined; id = parents.get(id)) line.push(id);
  return line;
}

describe('shard iterators', () => {
  test('are values: the same one gives the same page, for fifteen minutes', async () => {
    const harness = ordersWith(3);
    const iterator = await harness.iterator(firstShard(harness));
    const first = await harness.records(iterator);
    await harness.clock.advance(15 * 60_000);
    expect((await harness.records(iterator)).Records).toEqual(first.Records);
    await harness.clock.advance(1);
    expect((await harness.records(iterator)).error).toBe('ExpiredIteratorException');
  });

  test('are refused after trimming, and so are positions before the horizon', async () => {
    const harness = ordersWith(3);
    const shardId = firstShard(harness);
    const iterator = await harness.iterator(shardId);
    const [first, , last] = harness.fake.log;
    harness.fake.trim('orders', shardId);
    harness.fake.put('orders', order('later'));
    expect((await harness.records(iterator)).error).toBe('TrimmedDataAccessException');
    for (const sequenceNumber of [first, last].map((entry) => entry?.sequenceNumber)) {
      const request = {
        StreamArn: harness.fake.streamArn('orders'),
        ShardId: shardId,
        ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
        SequenceNumber: sequenceNumber,
      };
      const got = await harness.errorOf('GetShardIterator', request);
      expect(got).toBe('TrimmedDataAccessException');
    }
    const { records } = await drain(harness, await harness.iterator(shardId));
    expect(records.map(idOf)).toEqual(['later']);
  });

  test('of a forgotten shard find nothing', async () => {
    const harness = ordersWith(3);
    const shardId = firstShard(harness);
    const iterator = await harness.iterator(shardId);
    harness.fake.rollOver('orders');
    harness.fake.forgetShard('orders', shardId);
    expect((await harness.records(iterator)).error).toBe('ResourceNotFoundException');
    expect(await harness.iterator(shardId)).toBe('refused');
  });

  test('repeat a page on the fault of that name', async () => {
    const harness = ordersWith(2);
    harness.fake.faults.add({ kind: 'repeat-page', operation: 'GetRecords' });
    const first = await harness.records(await harness.iterator(firstShard(harness)));
    const second = await harness.records(first.NextShardIterator);
    const third = await harness.records(second.NextShardIterator);
    const got = [first, second, third].map(({ Records }) => Records.map(idOf));
    expect(got).toEqual([['0', '1'], ['0', '1'], []]);
  });
});

describe('streams', () => {
  test('closed by hand stay readable for a day, and the next one has another name', async () => {
    const harness = ordersWith(1);
    const { fake } = harness;
    const old = fake.streamArn('orders');
    fake.disableStream('orders');
    fake.put('orders', order('nowhere'));
    fake.enableStream('orders', 'NEW_IMAGE');
    fake.put('orders', order('new'));
    expect(fake.streamArn('orders')).not.toBe(old);
    const statusOf = async (StreamArn: string) => {
      const { StreamStatus } = await harness.listing({ StreamArn });
      return StreamStatus;
    };
    expect([await statusOf(old), await statusOf(fake.streamArn('orders'))]).toEqual([
      'DISABLED',
      'ENABLED',
    ]);
    const { records } = await drain(harness, await harness.iterator(firstShard(harness)));
    expect(records.map(idOf)).toEqual(['new']);
    expect(fake.log.map(({ sequenceNumber }) => sequenceNumber === undefined)).toEqual([
      false,
      true,
      false,
    ]);
    await harness.clock.advance(24 * hourMs);
    const gone = await harness.errorOf('DescribeStream', { StreamArn: old });
    expect(gone).toBe('ResourceNotFoundException');
  });

  test('of a dropped table outlive it; the next table of that name is another', async () => {
    const harness = ordersWith(1);
    const [oldArn, oldId] = [harness.fake.streamArn('orders'), harness.fake.tableId('orders')];
    harness.fake.dropTable('orders');
    const missing = await harness.errorOf('Scan', { TableName: 'orders' });
    harness.createOrders();
    const { StreamStatus } = await harness.listing({ StreamArn: oldArn });
    expect([missing, StreamStatus]).toEqual(['ResourceNotFoundException', 'DISABLED']);
    expect(harness.fake.tableId('orders')).not.toBe(oldId);
    expect(harness.fake.items('orders')).toEqual([]);
  });
});
