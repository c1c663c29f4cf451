import { describe, expect, test } from '@jest/globals';
import type { TableMode } from '../../../support/fake-dynamodb/fake-dynamodb.ts';
import { Harness, order } from '../fake-harness.ts';

const key = { id: { S: 'a' } };

function table(mode: TableMode, options = {}): Harness {
  const harness = new Harness(options);
  harness.fake.createTable({ name: 'orders', key: [{ name: 'id', type: 'S' }], mode });
  harness.fake.put('orders', order('a', 'x'.repeat(40_000)));
  return harness;
}

const ask = (harness: Harness, operation: string, body = {}) =>
  harness.ask(operation, { TableName: 'orders', ...body }) as Promise<Record<string, unknown>>;

describe('capacity', () => {
  test('of a provisioned table is paid back before the next read', async () => {
    const harness = table({ type: 'provisioned', units: { read: 5, write: 5 } });
    const strong = { ConsistentRead: true };
    expect(await ask(harness, 'Scan', strong)).toMatchObject({ Count: 1 });
    expect(await ask(harness, 'Scan', strong)).toMatchObject({
      error: 'ProvisionedThroughputExceededException',
      ThrottlingReasons: [
        {
          reason: 'TableReadProvisionedThroughputExceeded',
          resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/orders',
        },
      ],
    });
    // Ten units were taken of five: one second pays them back, a little more opens the table.
    await harness.clock.advance(1001);
    expect(await ask(harness, 'Scan', strong)).toMatchObject({ Count: 1 });
  });

  test('unused for a while can be spent at once', async () => {
    const harness = table({ type: 'provisioned', units: { read: 5, write: 5 } });
    await harness.clock.advance(20_000);
    const errors: string[] = [];
    for (let call = 0; call < 12; call++) {
      errors.push(await harness.errorOf('Scan', { TableName: 'orders', ConsistentRead: true }));
    }
    // A second at the start and twenty later make 105 units; a scan takes ten.
    expect(errors.filter((error) => error === 'none')).toHaveLength(11);
  });

  test('of writes is a matter of its own', async () => {
    const harness = table({ type: 'provisioned', units: { read: 5, write: 5 } });
    const big = { Item: order('b', 'x'.repeat(20_000)) };
    expect(await ask(harness, 'PutItem', { ...big, ReturnConsumedCapacity: 'TOTAL' })).toEqual({
      ConsumedCapacity: { TableName: 'orders', CapacityUnits: 20 },
    });
    const refused = await ask(harness, 'PutItem', big);
    expect(refused['ThrottlingReasons']).toMatchObject([
      { reason: 'TableWriteProvisionedThroughputExceeded' },
    ]);
    expect(await ask(harness, 'Scan', { ConsistentRead: true })).toMatchObject({ Count: 2 });
  });

  test('of an on-demand table ends at its maximum, with lower-case reasons', async () => {
    const harness = table({ type: 'on-demand', unitsMax: { read: 5, write: 5 } });
    await harness.clock.advance(60_000);
    await ask(harness, 'Scan', { ConsistentRead: true });
    expect(await ask(harness, 'Scan', { ConsistentRead: true })).toMatchObject({
      error: 'ThrottlingException',
      throttlingReasons: [{ reason: 'TableReadMaxOnDemandThroughputExceeded' }],
    });
  });

  test('of one partition may end while others have plenty', async () => {
    const harness = new Harness().createOrders(2);
    harness.fake.limitPartition('orders', key, { read: 1, write: 1 });
    const get = (id: string) =>
      harness.ask('GetItem', { TableName: 'orders', Key: { id: { S: id } } });
    const isBeside = (id: string) =>
      harness.fake.shardOf('orders', { id: { S: id } }) === harness.fake.shardOf('orders', key);
    const other = ['b', 'c', 'd', 'e', 'f', 'g'].find((id) => !isBeside(id)) ?? '';
    const got = [
      await get('a'),
      await get('a'),
      await get('a'),
      await get(other),
      await get(other),
    ];
    const reasons = [{ reason: 'TableReadKeyRangeThroughputExceeded' }];
    expect(got).toMatchObject([{}, {}, { throttlingReasons: reasons }, {}, {}]);
    expect(got.map((answer) => 'error' in (answer as object))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
  });

  test('taken by one user throttles the others, which is counted by user and second', async () => {
    const harness = table({ type: 'provisioned', units: { read: 5, write: 5 } });
    const signed = { Authorization: 'AWS4-HMAC-SHA256 Credential=AKIDSCAN/20260101/us-east-1/…' };
    await harness.ask('Scan', { TableName: 'orders', ConsistentRead: true }, signed);
    const got = [
      harness.fake.useCapacity('orders', key, 'read', 1, 'shop'),
      await harness.errorOf('Scan', { TableName: 'orders' }, signed),
    ];
    expect(got).toEqual([false, 'ProvisionedThroughputExceededException']);
    const second = harness.clock.now() / 1000;
    expect(Object.fromEntries(harness.fake.stats.throttles)).toEqual({
      [`shop ${second}`]: 1,
      [`AKIDSCAN ${second}`]: 1,
    });
    expect(harness.fake.stats.throttleCount('shop')).toBe(1);
  });

  test('that a batch finds used up hands back the rest of it', async () => {
    const harness = table({ type: 'provisioned', units: { read: 5, write: 5 } });
    const requests = ['b', 'c', 'd', 'e'].map((id) => ({
      PutRequest: { Item: order(id, 'x'.repeat(3000)) },
    }));
    const answer = await harness.ask('BatchWriteItem', { RequestItems: { orders: requests } });
    expect(answer).toEqual({ UnprocessedItems: { orders: requests.slice(2) } });
    expect(harness.fake.itemCount('orders')).toBe(3);
  });
});
