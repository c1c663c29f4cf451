import { describe, expect, test } from '@jest/globals';
import { ByteBudget } from '../../../connector/async/byte-budget.ts';
import { never, outcome } from '../aws/retry-context.ts';

/** Asks for amounts in order; `admitted` names those that fit so far. */
function asking(budget: ByteBudget, amounts: readonly number[], signal = never) {
  const admitted: number[] = [];
  const all = amounts.map((bytes) =>
    outcome(budget.acquire(bytes, signal).then(() => void admitted.push(bytes))),
  );
  return { admitted, all };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('ByteBudget', () => {
  test('acquire() admits in order: a small amount does not overtake a large one', async () => {
    const budget = new ByteBudget(100);
    const { admitted } = asking(budget, [60, 50, 10]);
    await turn();
    expect([admitted, budget.heldBytes]).toEqual([[60], 60]);
    budget.release(60);
    await turn();
    expect([admitted, budget.heldBytes]).toEqual([[60, 50, 10], 60]);
  });

  test('acquire() lets an amount over the limit through when it is alone', async () => {
    const budget = new ByteBudget(100);
    const { admitted } = asking(budget, [1, 500, 1]);
    await turn();
    expect(admitted).toEqual([1]);
    budget.release(1);
    await turn();
    expect([admitted, budget.heldBytes]).toEqual([[1, 500], 500]);
    budget.release(500);
    await turn();
    expect([admitted, budget.heldBytes]).toEqual([[1, 500, 1], 1]);
  });

  test('acquire() leaves the queue when aborted, and lets those behind it through', async () => {
    const budget = new ByteBudget(100);
    asking(budget, [60]);
    const stop = new AbortController();
    const leaving = asking(budget, [90], stop.signal);
    const behind = asking(budget, [40]);
    stop.abort(new Error('stopped'));
    expect(await Promise.all(leaving.all)).toEqual(['stopped']);
    expect([behind.admitted, budget.heldBytes]).toEqual([[40], 100]);
  });

  test('acquire() takes nothing with a signal that is aborted already', async () => {
    const budget = new ByteBudget(100);
    const got = await outcome(budget.acquire(1, AbortSignal.abort(new Error('stopped'))));
    expect([got, budget.heldBytes]).toEqual(['stopped', 0]);
  });

  test('release() of a negative amount books more at once', async () => {
    const budget = new ByteBudget(100);
    await budget.acquire(10, never);
    budget.release(-200);
    const { admitted } = asking(budget, [1]);
    await turn();
    expect([admitted, budget.heldBytes]).toEqual([[], 210]);
  });
});
