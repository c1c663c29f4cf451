import { describe, expect, test } from '@jest/globals';
import { AwsError, Patience, withRetry, type RetryContext } from '../../../connector/aws/aws.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import {
  collectedLog,
  connectionError,
  never,
  outcome,
  retryContext,
  subject,
} from './retry-context.ts';

const throttled = new AwsError('ThrottlingException', 'Rate exceeded', 400);
const reset = connectionError('ECONNRESET');

/** Calls that fail with these errors, one after the other (the last for ever), and when each began. */
function failing(clock: FakeClock, errors: readonly (Error | undefined)[]) {
  const atMs: number[] = [];
  const call = () => {
    const error = errors[Math.min(atMs.length, errors.length - 1)];
    atMs.push(clock.now());
    return error === undefined ? Promise.resolve('answer') : Promise.reject(error);
  };
  return { atMs, call };
}

async function retried(errors: readonly (Error | undefined)[], given: Partial<RetryContext> = {}) {
  const clock = new FakeClock(0);
  const { log, lines } = collectedLog(clock);
  const { atMs, call } = failing(clock, errors);
  const context = retryContext(clock, { log, ...given });
  const got = await clock.run(outcome(withRetry(context, subject, call, never)));
  return { got, atMs, lines, clock };
}

describe('withRetry()', () => {
  test.each([
    ['a hiccup', reset, 0.999999, [0, 50, 150, 350]],
    ['throttling', throttled, 0.999999, [0, 250, 750, 1750]],
    ['a hiccup, with luck', reset, 0, [0, 25, 75, 175]],
  ])('waits longer after each try: %s', async (_, error, luck, want) => {
    const { got, atMs } = await retried([error, error, error, undefined], { random: () => luck });
    expect([got, atMs.map(Math.round)]).toEqual(['answer', want]);
  });

  test('gives up an endpoint that cannot be reached for five minutes, and says so soon, then once a minute', async () => {
    const { got, lines, clock } = await retried([connectionError('ECONNREFUSED')]);
    expect(got).toBe('Cannot reach DynamoDB in region us-east-1: no: ECONNREFUSED');
    expect(Math.floor(clock.now() / 10_000)).toBe(30);
    expect(lines.length).toBe(5);
    expect(lines[0]).toEqual({
      level: 'warn',
      message: 'AWS calls keep failing, still trying',
      fields: {
        action: 'dynamodb:Scan',
        resource: 'table "orders"',
        error: 'Error: no: ECONNREFUSED',
        failingForSeconds: 6,
      },
    });
  });

  test('gives up an AWS that keeps failing, with its last error', async () => {
    const { got } = await retried([new AwsError('InternalServerError', 'Sorry', 500)]);
    const want =
      'dynamodb:Scan on table "orders" kept failing for 303 s: InternalServerError: Sorry';
    expect(got).toBe(want);
  });

  test('is as patient with throttling as it was told', async () => {
    const answerAtLast = [...Array<Error>(1000).fill(throttled), undefined];
    const patient = await retried(answerAtLast);
    expect([patient.got, patient.atMs.length]).toEqual(['answer', 1001]);
    const { got } = await retried(answerAtLast, { throttledPatienceMs: 15_000 });
    expect(got).toMatch(/^dynamodb:Scan on table "orders" kept failing for \d\d s: Throttling/);
  });

  test('does not count hours of throttling against a hiccup', async () => {
    const { got } = await retried([...Array<Error>(100).fill(throttled), reset, reset, undefined]);
    expect(got).toBe('answer');
  });

  test.each([
    [
      'a missing permission',
      new AwsError('AccessDeniedException', 'User u is not authorized', 400),
      'Missing permission dynamodb:Scan on table "orders": User u is not authorized',
    ],
    [
      'wrong credentials',
      new AwsError('UnrecognizedClientException', 'The security token is invalid', 400),
      'AWS does not accept the credentials in region us-east-1: The security token is invalid',
    ],
    [
      'expired credentials',
      new AwsError('ExpiredTokenException', 'The token has expired', 400),
      'The AWS credentials have expired: The token has expired',
    ],
    [
      'what its caller has to judge',
      new AwsError('ResourceNotFoundException', 'gone', 400),
      'gone',
    ],
  ])('does not try again after %s', async (_, error, want) => {
    const { got, atMs } = await retried([error, undefined]);
    expect([got, atMs]).toEqual([want, [0]]);
  });

  test('throws the reason of its signal while it waits', async () => {
    const clock = new FakeClock(0);
    const stop = new AbortController();
    const { call } = failing(clock, [reset]);
    const calling = outcome(withRetry(retryContext(clock), subject, call, stop.signal));
    await clock.advance(60);
    stop.abort(new Error('stopped'));
    expect(await clock.run(calling)).toBe('stopped');
  });
});

describe('Patience', () => {
  test('of many callers in the same trouble, tells it once a minute', async () => {
    const clock = new FakeClock(0);
    const { log, lines } = collectedLog(clock);
    const context = retryContext(clock, { log });
    const call = () => Promise.reject(reset);
    const calls = ['a', 'b', 'c'].map((shard) =>
      outcome(withRetry(context, { ...subject, resource: `shard "${shard}"` }, call, never)),
    );
    const other = withRetry(context, { ...subject, action: 'dynamodb:GetRecords' }, call, never);
    await clock.run(Promise.all([...calls, outcome(other)]));
    // Two actions, for five minutes.
    expect(lines.length).toBe(10);
  });

  test('succeeded() begins anew', async () => {
    const clock = new FakeClock(0);
    const patience = new Patience(retryContext(clock), subject);
    const wait = () => clock.run(outcome(patience.waitAfter(reset, never)));
    for (let failures = 0; failures < 30; failures += 1) await wait();
    patience.succeeded();
    await clock.advance(3_600_000);
    const beforeMs = clock.now();
    expect([await wait(), clock.now() - beforeMs]).toEqual([undefined, 50]);
  });
});
