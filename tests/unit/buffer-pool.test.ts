import { describe, expect, test } from '@jest/globals';
import { BufferPool } from '../../connector/buffer-pool.ts';

describe('BufferPool', () => {
  test('lends what was given, once, to whom it fits', () => {
    const pool = new BufferPool();
    const buffer = pool.take(1_000_000);
    pool.give(buffer);
    pool.give(buffer);
    const taken = [2_000_000, 200_000, 1_000_001, 1_000_000].map((length) => pool.take(length));
    expect(taken.map((each) => each === buffer)).toEqual([false, false, true, false]);
  });

  test.each([131_072, 131_073, 999_999, 1_700_000, 5_000_001, 100_000_000])(
    'has room for %i bytes, and not for much more',
    (length) => {
      const { byteLength } = new BufferPool().take(length);
      expect(byteLength).toBeGreaterThanOrEqual(length);
      expect(byteLength).toBeLessThanOrEqual(length * 1.25);
    },
  );

  test('gives pages that differ a little buffers of the same size', () => {
    const pool = new BufferPool();
    const lengths = [1_350_000, 1_400_000, 1_450_000, 1_500_000];
    const sizes = new Set(lengths.map((length) => pool.take(length).byteLength));
    expect(sizes.size).toBe(1);
  });

  test('keeps no more than a few, and no giant ones', () => {
    const pool = new BufferPool();
    const buffers = Array.from({ length: 100 }, () => pool.take(1_000_000));
    for (const buffer of buffers) pool.give(buffer);
    const kept = Array.from({ length: 100 }, () => pool.take(1_000_000)).filter((buffer) =>
      buffers.includes(buffer),
    );
    expect(kept).toHaveLength(16);
    const giant = pool.take(100_000_000);
    pool.give(giant);
    expect(pool.take(100_000_000)).not.toBe(giant);
  });
});
