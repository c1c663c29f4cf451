import { describe, expect, test } from '@jest/globals';
import type { Item } from '../../../support/fake-dynamodb/fake-dynamodb.ts';
import { Harness, order } from '../fake-harness.ts';

interface Answer {
  readonly Responses: Readonly<Record<string, readonly Item[]>>;
  readonly UnprocessedKeys: Readonly<Record<string, { readonly Keys: readonly Item[] }>>;
  readonly ConsumedCapacity: readonly { readonly CapacityUnits: number }[];
}

const key = (id: string) => ({ id: { S: id } });
const request = (ids: readonly string[], more: object = {}) => ({
  RequestItems: { orders: { Keys: ids.map(key), ConsistentRead: true } },
  ReturnConsumedCapacity: 'TOTAL',
  ...more,
});
const many = Array.from({ length: 40 }, (_, number) => `order ${number}`);

function harnessWithMany(): Harness {
  const harness = new Harness().createOrders();
  for (const id of many) harness.fake.put('orders', order(id));
  return harness;
}

describe('BatchGetItem', () => {
  test('gives what is there, in another order, and charges for all', async () => {
    const harness = harnessWithMany();
    const got = (await harness.ask('BatchGetItem', request([...many, 'nobody']))) as Answer;
    const ids = got.Responses['orders']!.map(({ id }) => id?.S ?? '');
    expect(ids).not.toEqual(many);
    expect([...ids].sort()).toEqual([...many].sort());
    expect(got.ConsumedCapacity).toEqual([{ TableName: 'orders', CapacityUnits: 41 }]);
    expect(got.UnprocessedKeys).toEqual({});
  });

  test('knows the table when nothing is found', async () => {
    const got = await harnessWithMany().ask('BatchGetItem', request(['nobody']));
    expect(got).toMatchObject({ Responses: { orders: [] }, UnprocessedKeys: {} });
  });

  test('hands keys back that it did not come to', async () => {
    const harness = harnessWithMany();
    harness.fake.faults.add({ kind: 'short-page', operation: 'BatchGetItem' });
    const got = (await harness.ask('BatchGetItem', request(many))) as Answer;
    const left = got.UnprocessedKeys['orders'];
    expect(left).toMatchObject({ ConsistentRead: true });
    expect(got.Responses['orders']!.length + left!.Keys.length).toBe(40);
    expect(got.Responses['orders']!.length).toBeGreaterThan(0);
  });

  test('stops at 16 MB', async () => {
    const harness = new Harness({ partitionUnits: { read: 1e6, write: 1e6 } }).createOrders();
    const ids = many.map((id) => `large ${id}`).concat(many);
    for (const id of ids) harness.fake.put('orders', order(id, 'x'.repeat(390_000)));
    const got = (await harness.ask('BatchGetItem', request(ids))) as Answer;
    expect(got.Responses['orders']).toHaveLength(43);
    expect(got.UnprocessedKeys['orders']!.Keys).toHaveLength(37);
  });

  test.each([
    ['no key', []],
    ['101 keys', Array.from({ length: 101 }, (_, number) => String(number))],
    ['a key twice', ['a', 'a']],
  ])('refuses %s', async (_what, ids) => {
    const got = await harnessWithMany().errorOf('BatchGetItem', request(ids));
    expect(got).toBe('ValidationException');
  });
});
