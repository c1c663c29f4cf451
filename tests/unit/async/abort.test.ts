import { describe, expect, test } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { onAbort, orAborted, untilAborted } from '../../../connector/async/abort.ts';
import { outcome } from '../aws/retry-context.ts';

const stopped = new Error('stopped');

describe('onAbort()', () => {
  test('acts once, with the reason', () => {
    const stop = new AbortController();
    const reasons: Error[] = [];
    onAbort(stop.signal, (reason) => reasons.push(reason));
    expect(reasons).toEqual([]);
    stop.abort(stopped);
    stop.abort(new Error('again'));
    expect(reasons).toEqual([stopped]);
  });

  test('acts at once on a signal that has aborted', () => {
    const reasons: Error[] = [];
    onAbort(AbortSignal.abort(stopped), (reason) => reasons.push(reason));
    expect(reasons).toEqual([stopped]);
  });

  test('acts no more when told not to listen', () => {
    const stop = new AbortController();
    const reasons: Error[] = [];
    onAbort(stop.signal, (reason) => reasons.push(reason))();
    stop.abort(stopped);
    expect([reasons, getEventListeners(stop.signal, 'abort')]).toEqual([[], []]);
  });
});

describe('orAborted()', () => {
  interface Ends {
    readonly resolve: (value: string) => void;
    readonly reject: (error: Error) => void;
  }

  /** A wait of which the test holds the ends. */
  function waiting(signal: AbortSignal) {
    const given: Error[] = [];
    const ends: Ends[] = [];
    const promise = orAborted<string>(signal, (resolve, reject) => {
      ends.push({ resolve, reject });
      return (reason) => given.push(reason);
    });
    return { ends, given, got: outcome(promise) };
  }

  test.each([
    [
      'resolved',
      (ends: Ends) => {
        ends.resolve('done');
      },
      'done',
    ],
    [
      'rejected',
      (ends: Ends) => {
        ends.reject(new Error('broken'));
      },
      'broken',
    ],
  ])('is %s by what was begun, and then leaves the signal alone', async (_, settle, want) => {
    const stop = new AbortController();
    const { ends, given, got } = waiting(stop.signal);
    ends.forEach(settle);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    stop.abort(stopped);
    expect([await got, given]).toEqual([want, []]);
  });

  test('rejects with the reason when the signal aborts first, and gives up what was begun', async () => {
    const stop = new AbortController();
    const { ends, given, got } = waiting(stop.signal);
    stop.abort(stopped);
    ends.forEach(({ resolve }) => {
      resolve('too late');
    });
    expect([await got, given]).toEqual(['stopped', [stopped]]);
  });

  test('gives up at once with a signal that has aborted', async () => {
    const { given, got } = waiting(AbortSignal.abort(stopped));
    expect([await got, given]).toEqual(['stopped', [stopped]]);
  });
});

test('untilAborted() rejects with the reason', async () => {
  const stop = new AbortController();
  const got = outcome(untilAborted(stop.signal));
  stop.abort(stopped);
  expect(await got).toBe('stopped');
});
