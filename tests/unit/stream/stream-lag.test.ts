import { describe, expect, test } from '@jest/globals';
import { StreamLag } from '../../../connector/stream/stream-lag.ts';
import { StreamFirst } from '../../../connector/capture/stream-first.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { never, outcome } from '../aws/retry-context.ts';

const minute = 60_000;

function lagAt(nowMs: number) {
  const clock = new FakeClock(nowMs);
  return { clock, lag: new StreamLag(clock) };
}

describe('StreamLag', () => {
  test('is unknown until all shards are known', () => {
    const { lag } = lagAt(5000);
    lag.begin('a', undefined);
    lag.readUntil('a', 5000);
    const before = [lag.lagMs(), lag.readUntilMs()];
    lag.listed();
    expect([before, lag.lagMs(), lag.readUntilMs()]).toEqual([[Infinity, -Infinity], 0, 5000]);
  });

  test('is that of the shard furthest behind', () => {
    const { lag } = lagAt(10_000);
    lag.listed();
    for (const [shardId, ms] of [
      ['a', 9000],
      ['b', 4000],
      ['c', 12_000],
    ] as const) {
      lag.begin(shardId, undefined);
      lag.readUntil(shardId, ms);
    }
    const all = [lag.lagMs(), lag.shardCount];
    lag.end('b');
    expect([all, lag.lagMs(), lag.shardCount]).toEqual([[6000, 3], 1000, 2]);
  });

  test('is none without shards, and unknown with a shard that has just been begun', () => {
    const { lag } = lagAt(10_000);
    lag.listed();
    const without = lag.lagMs();
    lag.begin('a', undefined);
    expect([without, lag.lagMs()]).toEqual([0, Infinity]);
  });

  test('of a child begins where its parent ended', () => {
    const { lag } = lagAt(10_000);
    lag.listed();
    lag.begin('parent', undefined);
    lag.readUntil('parent', 9000);
    lag.begin('child', 'parent');
    lag.end('parent');
    expect([lag.lagMs(), lag.shardCount]).toEqual([1000, 1]);
  });

  test('of a shard without records begins where nothing is missing, and is not taken back to it', () => {
    const { lag } = lagAt(10_000);
    lag.listed();
    lag.begin('a', undefined);
    lag.begin('b', undefined);
    lag.readUntil('b', 9500);
    for (const shardId of ['a', 'b']) lag.beginsAt(shardId, 9000);
    const both = lag.lagMs();
    lag.end('a');
    expect([both, lag.lagMs()]).toEqual([1000, 500]);
  });

  test('looks at the shards four times a second at most', async () => {
    const { lag, clock } = lagAt(10_000);
    lag.listed();
    lag.begin('a', undefined);
    lag.readUntil('a', 9000);
    const got = [lag.lagMs()];
    lag.readUntil('a', 10_000);
    for (const ms of [249, 1]) {
      await clock.advance(ms);
      got.push(lag.lagMs());
    }
    expect(got).toEqual([1000, 1249, 250]);
  });
});

describe('StreamFirst', () => {
  test('opens under a minute of lag, and closes at five', async () => {
    const { lag, clock } = lagAt(100 * minute);
    const gate = new StreamFirst(lag);
    lag.listed();
    lag.begin('a', undefined);
    const got: [number, boolean][] = [];
    for (const minutes of [90, 1, 0.99, 3, 4.99, 5, 2, 0.5]) {
      lag.readUntil('a', clock.now() + 1000 - minutes * minute);
      await clock.advance(1000);
      got.push([minutes, gate.mayScan()]);
      expect(gate.isOpen).toBe(gate.mayScan());
    }
    expect(got).toEqual([
      [90, false],
      [1, false],
      [0.99, true],
      [3, true],
      [4.99, true],
      [5, false],
      [2, false],
      [0.5, true],
    ]);
  });

  test('is asked again as soon as something is known of every shard, and each second after that', async () => {
    const { lag, clock } = lagAt(100 * minute);
    const gate = new StreamFirst(lag);
    const wokeAtMs: number[] = [];
    const wait = () =>
      gate.wait(clock, never).then(() => {
        wokeAtMs.push(clock.now() - 100 * minute);
      });
    lag.begin('a', undefined);
    lag.begin('b', undefined);
    void wait();
    lag.listed();
    lag.readUntil('a', clock.now());
    await clock.advance(7);
    lag.beginsAt('b', clock.now() - 2 * minute);
    await clock.advance(1);
    void wait();
    await clock.advance(2000);
    expect(wokeAtMs).toEqual([7, 1008]);
  });

  test('waits no longer than it is wanted', async () => {
    const { lag, clock } = lagAt(0);
    const stop = new AbortController();
    const waiting = outcome(new StreamFirst(lag).wait(clock, stop.signal));
    stop.abort(new Error('stopped'));
    expect(await waiting).toBe('stopped');
  });
});
