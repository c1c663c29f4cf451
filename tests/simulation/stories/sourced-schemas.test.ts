/** What Flow is told of documents' types, and when: names of any kind, restarts, bindings that come and go, other connectors' states. */

import { describe, expect, jest, test } from '@jest/globals';
import type { Item } from '../../support/fake-dynamodb/fake-dynamodb.ts';
import type { SourcedSchema } from '../../support/flow-inference.ts';
import { ColumnCapture, n, ordersTable, s } from '../column-capture.ts';

jest.setTimeout(300_000);

const namesTold = (told: readonly SourcedSchema[]) =>
  told.map(({ properties = {} }) => Object.keys(properties).join());

const customersTable = { name: 'customers', key: [{ name: 'id', type: 'S' }] } as const;

describe('sourced schemas', () => {
  test('are told before the documents, and again after a start', async () => {
    const capture = new ColumnCapture();
    capture.put('1', { zip: s('01234') });
    await capture.run();
    await capture.run();
    capture.put('2', { zip: s('94105'), floor: s('3') });
    await capture.run();
    const names = namesTold(capture.columns().told);
    expect(names).toEqual(['_meta,id,zip', '_meta,id,zip', '_meta,id,zip', '_meta,id,floor']);
  });

  test('speak of names of any kind', async () => {
    const names = [
      'a/b',
      'a~b',
      '~1',
      '"',
      '\\',
      ' ',
      'ü',
      '😀',
      'a\0b',
      '__proto__',
      '*',
      '-',
      '0',
    ];
    const values: Item = Object.fromEntries(names.map((name) => [name, s('5')]));
    const capture = new ColumnCapture();
    capture.put('1', { ...values, m: { M: { ...values, '': s('5') } } });
    await capture.run();
    // Once more from the state alone.
    await capture.run();
    const { told, after } = capture.columns();
    expect(told.length).toBe(2);
    expect(told[1]).toEqual(told[0]);
    for (const name of names) {
      expect([name, after.at(name).toString()]).toEqual([name, 'string']);
      expect([name, after.at('m', name).toString()]).toEqual([name, 'string']);
    }
    expect(after.at('m', '').toString()).toBe('string');
  });

  test('of a map that was a text, and the other way round', async () => {
    const capture = new ColumnCapture();
    capture.put('1', { a: { M: { zip: s('1') } }, b: s('2') });
    await capture.run();
    capture.put('2', { a: s('3'), b: { M: { zip: s('4') } } });
    await capture.run();
    await capture.run();
    const { after } = capture.columns();
    for (const name of ['a', 'b']) {
      expect(after.at(name).toString()).toBe('object|string');
      expect(after.at(name, 'zip').toString()).toBe('string');
    }
  });

  test('leave a key that looks like a number what it is', async () => {
    const capture = new ColumnCapture();
    capture.put('007', { v: n('1') });
    await capture.run();
    capture.put('007', { v: n('2') });
    capture.put('007', { zip: s('01234') });
    await capture.run();
    const { told, documents, after } = capture.columns();
    expect(documents.every((text) => text.startsWith('{"id":"007",'))).toBe(true);
    // Its image has a column of its own if somebody selects it.
    expect(after.at('_meta', 'before', 'id').toString()).toBe('string');
    expect(after.at('id').toString()).toBe('string');
    expect(told.at(-1)?.required).toEqual(['_meta', 'id']);
  });

  test('of each binding are its own, whether others come or go', async () => {
    const capture = new ColumnCapture({}, [ordersTable, customersTable]);
    capture.put('1', { zip: s('01234') });
    capture.fake.put('customers', { id: s('1'), phone: s('+155') });
    await capture.run();
    await capture.run(['customers']);
    expect(namesTold(capture.columns('customers').told)).toEqual([
      '_meta,id,phone',
      '_meta,id,phone',
    ]);
    expect(namesTold(capture.columns().told)).toEqual(['_meta,id,zip']);
    // Bound again it is read again: what was known of it went with its state.
    await capture.run(['customers', 'orders']);
    expect(namesTold(capture.columns().told)).toEqual(['_meta,id,zip', '_meta,id,zip']);
    expect(namesTold(capture.columns('customers').told).length).toBe(3);
  });

  test("begin with what comes after a state of Estuary's connector", async () => {
    const capture = new ColumnCapture();
    capture.put('1', { zip: s('01234') });
    await capture.run();
    const { bindingStateV1 } = capture.state as { bindingStateV1: Record<string, object> };
    const ours = ['tableId', 'epoch', 'backfillStartedAt', 'streamReadAt', 'itemsReadAt'];
    const theirs = Object.entries(bindingStateV1['orders'] ?? {}).filter(
      ([name]) => ![...ours, 'locations', 'backfillItems'].includes(name),
    );
    capture.state = { bindingStateV1: { orders: Object.fromEntries(theirs) } };
    await capture.run();
    expect(capture.columns().told.length).toBe(1);
    capture.put('2', { zip: s('94105') });
    await capture.run();
    expect(namesTold(capture.columns().told)).toEqual(['_meta,id,zip', '_meta,id,zip']);
  });

  test('name no more locations than Flow infers', async () => {
    const capture = new ColumnCapture();
    for (let item = 0; item < 6; item++) {
      const names = Array.from({ length: 2_000 }, (_, index) => [`w${item}-${index}`, s('1')]);
      capture.put(String(item), Object.fromEntries(names) as Item);
    }
    await capture.run();
    await capture.run();
    const { told } = capture.columns();
    const names = new Set(namesTold(told).flatMap((line) => line.split(',').slice(2)));
    expect(names.size).toBeGreaterThan(9_000);
    expect(names.size).toBeLessThan(10_000);
    expect(Object.keys(told.at(-1)?.properties ?? {}).length).toBe(names.size + 2);
  });
});
