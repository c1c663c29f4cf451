import { describe, expect, test } from '@jest/globals';
import { Fence } from '../../../connector/capture/fence.ts';

const page = (...keys: string[]) => ({
  count: keys.length,
  keyOf: (index: number) => keys[index]!,
});

/** What is emitted of a page, or that it is scanned again. */
function admitted(fence: Fence, ticket: number, keys: readonly string[]) {
  const admission = fence.admit(ticket, page(...keys));
  fence.end(ticket);
  if (admission.kind === 'scan-again') return admission.kind;
  return keys.filter((_, index) => !admission.dropped.includes(index));
}

describe('Fence', () => {
  test('note() makes no keys while no page is in flight', () => {
    new Fence().note(() => {
      throw new Error('Not expected to be called');
    });
  });

  test('drops an item whose change was emitted while its page was in flight', () => {
    const fence = new Fence();
    const ticket = fence.begin();
    fence.note(() => ['b', 'z']);
    expect(admitted(fence, ticket, ['a', 'b', 'c'])).toEqual(['a', 'c']);
  });

  test('keeps an item whose change was emitted before its page was requested', () => {
    const fence = new Fence();
    fence.note(() => ['b']);
    const early = fence.begin();
    fence.note(() => ['c']);
    const late = fence.begin();
    expect(admitted(fence, late, ['b', 'c'])).toEqual(['b', 'c']);
    expect(admitted(fence, early, ['b', 'c'])).toEqual(['b']);
  });

  test('drops for a page that began before one that has come already', () => {
    const fence = new Fence();
    const slow = fence.begin();
    const quick = fence.begin();
    fence.note(() => ['a']);
    expect(admitted(fence, quick, ['a'])).toEqual([]);
    expect(admitted(fence, slow, ['a', 'b'])).toEqual(['b']);
  });

  test('keeps the ticket of a page over its retries', () => {
    const fence = new Fence();
    const ticket = fence.begin();
    fence.note(() => ['a']); // The first attempt fails here; the second may be served by what came before.
    expect(admitted(fence, ticket, ['a'])).toEqual([]);
  });

  test('drops by the newest change of a key', () => {
    const fence = new Fence();
    const first = fence.begin();
    fence.note(() => ['a']);
    const second = fence.begin();
    fence.note(() => ['a']);
    fence.end(first);
    expect([fence.keyCount, admitted(fence, second, ['a'])]).toEqual([1, []]);
  });

  test('remembers nothing while no page is in flight', () => {
    const fence = new Fence();
    fence.note(() => ['a', 'b']);
    expect(fence.keyCount).toBe(0);
  });

  test('end() lets go of the keys that no page in flight needs', () => {
    const fence = new Fence();
    const [first, second] = [fence.begin(), fence.begin()];
    fence.note(() => ['a', 'b']);
    const third = fence.begin();
    fence.note(() => ['b', 'c']);
    const counts = [fence.keyCount];
    for (const ticket of [second, first, third]) {
      fence.end(ticket);
      counts.push(fence.keyCount);
    }
    expect(counts).toEqual([3, 3, 2, 0]);
  });

  test('end() a second time changes nothing', () => {
    const fence = new Fence();
    const [first, second] = [fence.begin(), fence.begin()];
    fence.note(() => ['a']);
    fence.end(first);
    fence.end(first);
    expect(admitted(fence, second, ['a'])).toEqual([]);
  });

  test.each([
    ['too many keys', Array.from({ length: 200_001 }, (_, index) => String(index))],
    ['too long keys', Array.from({ length: 9 }, (_, index) => String(index).repeat(2 ** 21))],
  ])('has the pages in flight scanned again after %s', (_, keys) => {
    const fence = new Fence();
    const [first, second] = [fence.begin(), fence.begin()];
    fence.note(() => keys);
    expect(fence.keyCount).toBe(0);
    expect(admitted(fence, second, ['a'])).toBe('scan-again');
    const third = fence.begin();
    fence.note(() => ['b']);
    expect(admitted(fence, third, ['a', 'b'])).toEqual(['a']);
    expect(admitted(fence, first, ['a'])).toBe('scan-again');
  });

  test('counts the length of a key once, however often it changes', () => {
    const fence = new Fence();
    const ticket = fence.begin();
    const long = 'k'.repeat(2 ** 21);
    for (let changes = 0; changes < 100; changes += 1) fence.note(() => [long]);
    expect(admitted(fence, ticket, [long, 'a'])).toEqual(['a']);
  });

  test('begins to count anew once its keys are let go', () => {
    const fence = new Fence();
    for (let round = 0; round < 20; round += 1) {
      const ticket = fence.begin();
      fence.note(() => ['k'.repeat(2 ** 21), `k${round}`]);
      expect(admitted(fence, ticket, ['a', `k${round}`])).toEqual(['a']);
    }
  });
});
