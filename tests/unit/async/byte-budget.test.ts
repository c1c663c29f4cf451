import { describe, expect, test } from '@jest/globals';
import { ByteBudget, PageRoom } from '../../../connector/async/byte-budget.ts';
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

  test('tryAcquire() takes what fits at once, and overtakes nobody', async () => {
    const budget = new ByteBudget(100);
    const taken = [budget.tryAcquire(101), budget.tryAcquire(60), budget.tryAcquire(41)];
    asking(budget, [50]);
    await turn();
    expect([taken, budget.tryAcquire(10), budget.heldBytes]).toEqual([
      [false, true, false],
      false,
      60,
    ]);
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

  test('exchange() takes what is needed at once where it fits, and lets others have what is not', async () => {
    const budget = new ByteBudget(100);
    await budget.acquire(60, never);
    expect([budget.exchange(60, 90, never), budget.heldBytes]).toEqual([undefined, 90]);
    const { admitted } = asking(budget, [50]);
    expect([budget.exchange(90, 40, never), budget.heldBytes]).toEqual([undefined, 90]);
    await turn();
    expect(admitted).toEqual([50]);
  });

  test('exchange() holds nothing while it waits, so that no two wait for each other', async () => {
    const budget = new ByteBudget(100);
    await budget.acquire(50, never);
    await budget.acquire(50, never);
    const done: string[] = [];
    void budget.exchange(50, 80, never)?.then(() => done.push('first'));
    void budget.exchange(50, 90, never)?.then(() => done.push('second'));
    await turn();
    expect([done, budget.heldBytes]).toEqual([['first'], 80]);
    budget.release(80);
    await turn();
    expect([done, budget.heldBytes]).toEqual([['first', 'second'], 90]);
  });

  test('exchange() comes before those that acquire, who came before it', async () => {
    const budget = new ByteBudget(100);
    await budget.acquire(30, never);
    await budget.acquire(60, never);
    const { admitted } = asking(budget, [20]);
    const done: number[] = [];
    void budget.exchange(30, 50, never)?.then(() => done.push(50));
    await turn();
    expect([admitted, done, budget.heldBytes]).toEqual([[], [], 60]);
    budget.release(60);
    await turn();
    expect([admitted, done, budget.heldBytes]).toEqual([[20], [50], 70]);
  });

  test('exchange() holds nothing when aborted', async () => {
    const budget = new ByteBudget(100);
    await budget.acquire(50, never);
    await budget.acquire(50, never);
    const stop = new AbortController();
    const waiting = budget.exchange(50, 70, stop.signal) ?? Promise.resolve();
    stop.abort(new Error('stopped'));
    expect([await outcome(waiting), budget.heldBytes]).toEqual(['stopped', 50]);
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

describe('PageRoom', () => {
  test('holds what was booked, what is needed, what is there, and in the end nothing', async () => {
    const budget = new ByteBudget(100);
    const room = new PageRoom(budget, never);
    await room.book(30);
    const held = [budget.heldBytes];
    await room.exchange(20);
    held.push(budget.heldBytes);
    room.correct(120);
    held.push(budget.heldBytes);
    room.release();
    room.release();
    expect([...held, budget.heldBytes]).toEqual([30, 20, 120, 0]);
  });

  test('leaves what comes after its release to others', async () => {
    const budget = new ByteBudget(100);
    await budget.acquire(60, never);
    const room = new PageRoom(budget, never);
    await room.book(40);
    const waiting = room.exchange(50);
    room.release();
    budget.release(60);
    await waiting;
    expect(budget.heldBytes).toBe(0);
  });

  test('holds nothing while it waits for more, nor when that is given up', async () => {
    const budget = new ByteBudget(100);
    await budget.acquire(60, never);
    const stop = new AbortController();
    const room = new PageRoom(budget, stop.signal);
    await room.book(40);
    const waiting = room.exchange(50) ?? Promise.resolve();
    const held = budget.heldBytes;
    stop.abort(new Error('stopped'));
    expect([held, await outcome(waiting)]).toEqual([60, 'stopped']);
    room.release();
    expect(budget.heldBytes).toBe(60);
  });
});
