import { describe, expect, test } from '@jest/globals';
import { mapPool } from '../../../connector/async/map-pool.ts';

const never = new AbortController().signal;

describe('mapPool()', () => {
  test.each([1, 2, 3, 10])(
    'keeps the order of the inputs with a concurrency of %d',
    async (limit) => {
      const running = new Set<number>();
      let runningCountMax = 0;
      const transform = async (input: number) => {
        running.add(input);
        runningCountMax = Math.max(runningCountMax, running.size);
        for (let turn = 0; turn < input; turn += 1) await Promise.resolve();
        running.delete(input);
        return input * 10;
      };
      const got = await mapPool([3, 1, 5, 2, 4], limit, transform, never);
      expect({ got, runningCountMax }).toEqual({
        got: [30, 10, 50, 20, 40],
        runningCountMax: Math.min(limit, 5),
      });
    },
  );

  test('transforms nothing for no inputs', async () => {
    expect(await mapPool([], 4, () => Promise.reject(new Error('called')), never)).toEqual([]);
  });

  test('aborts the others on the first failure, and begins no more', async () => {
    const failure = new Error('second');
    const seen: string[] = [];
    const transform = async (input: string, signal: AbortSignal) => {
      seen.push(input);
      if (input === 'b') throw failure;
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    };
    await expect(mapPool(['a', 'b', 'c', 'd'], 2, transform, never)).rejects.toBe(failure);
    expect(seen).toEqual(['a', 'b']);
  });

  test('throws the reason of a signal that has aborted', async () => {
    const reason = new Error('stop');
    const transform = () => Promise.resolve(1);
    await expect(mapPool([1], 1, transform, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
