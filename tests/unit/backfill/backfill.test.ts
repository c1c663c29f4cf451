import { describe, expect, test } from '@jest/globals';
import { ByteBudget } from '../../../connector/async/byte-budget.ts';
import { AwsError, type ScanRequest } from '../../../connector/aws/aws.ts';
import { runBackfill, type BackfillOptions } from '../../../connector/backfill/backfill.ts';
import { ConnectorError, errorCodes } from '../../../connector/errors.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tableNamed } from '../discovery/fake-aws.ts';
import { never, outcome } from '../aws/retry-context.ts';
import { awsOf } from '../stream/fake-stream.ts';

const keyAt = (place: number) => [{ type: 'S' as const, value: String(place) }];
const placeOf = ({ startKey }: ScanRequest) => Number(startKey?.[0]?.value ?? '0');
const throttled = (...reasons: string[]) =>
  new AwsError('ProvisionedThroughputExceededException', 'Slow down', 400, reasons);

interface Trial {
  /** Pages of each segment. */
  readonly pages: readonly number[];
  readonly begun?: Readonly<Record<number, number>>;
  /** Fails a scan, or a delivery, or asks for the page again. */
  readonly onScan?: (request: ScanRequest, call: number) => Error | undefined;
  readonly onDeliver?: (place: string, delivery: number) => Error | 'scan-again' | undefined;
  readonly mayScan?: (nowMs: number) => boolean;
  readonly given?: Partial<BackfillOptions>;
}

/** Runs a backfill of segments that are so many pages long; what was covered, in which order, and what was left. */
async function backfill(trial: Trial) {
  const clock = new FakeClock(0);
  const requests: string[] = [];
  const requestedAtMs: number[] = [];
  const covered: string[] = [];
  const tickets = { begun: 0, open: new Set<number>() };
  const budget = new ByteBudget(64 * 1024 * 1024);
  let [inFlight, inFlightMax, deliveries, heldMax] = [0, 0, 0, 0];
  const scan = async (request: ScanRequest, signal: AbortSignal) => {
    const place = placeOf(request);
    requests.push(`${request.segment}@${place}`);
    requestedAtMs.push(clock.now());
    inFlightMax = Math.max(inFlightMax, ++inFlight);
    heldMax = Math.max(heldMax, budget.heldBytes);
    await clock.sleep(20, signal).finally(() => {
      inFlight -= 1;
    });
    const error = trial.onScan?.(request, requests.length);
    if (error !== undefined) throw error;
    return Buffer.from(`${request.segment}@${place}`);
  };
  const options: BackfillOptions = {
    aws: { ...awsOf(clock, {}), tables: { ...awsOf(clock, {}).tables, scan } },
    table: tableNamed('orders', { sizeBytes: 1e9, itemCount: 1e6 }),
    segmentCount: trial.pages.length,
    segments: trial.pages.map((_, segment) => {
      const place = trial.begun?.[segment];
      return { segment, startKey: place === undefined ? undefined : keyAt(place) };
    }),
    clock,
    budget,
    rcuAllocation: undefined,
    scanLimit: undefined,
    mayScan: () => trial.mayScan?.(clock.now()) ?? true,
    waitToScan: (signal) => clock.sleep(1000, signal),
    beginPage: () => {
      tickets.open.add(++tickets.begun);
      return tickets.begun;
    },
    abandonPage: (ticket) => void tickets.open.delete(ticket),
    deliver: ({ body, segment, ticket }) => {
      const place = Buffer.from(body).toString();
      const trouble = trial.onDeliver?.(place, ++deliveries);
      if (trouble instanceof Error) return Promise.reject(trouble);
      tickets.open.delete(ticket);
      if (trouble === 'scan-again') return Promise.resolve({ kind: 'scan-again' });
      covered.push(place);
      // A page may be empty and still not be the end: only its key tells.
      const next = Number(place.split('@')[1]) + 1;
      const lastEvaluatedKey = next < trial.pages[segment]! ? keyAt(next) : undefined;
      return Promise.resolve({ kind: 'covered', lastEvaluatedKey, units: 256 });
    },
    ...trial.given,
  };
  const got = await clock.run(outcome(runBackfill(options, never)));
  expect([budget.heldBytes, tickets.open.size, inFlight]).toEqual([0, 0, 0]);
  return { got, covered, requests, requestedAtMs, inFlightMax, heldMax, clock };
}

const allOf = (pages: readonly number[]) =>
  pages.flatMap((count, segment) =>
    Array.from({ length: count }, (_, place) => `${segment}@${place}`),
  );

describe('runBackfill()', () => {
  test('covers every page of every segment exactly once', async () => {
    const pages = Array.from({ length: 100 }, (_, segment) => 1 + (segment % 5));
    const { got, covered, inFlightMax } = await backfill({ pages });
    expect([got, covered.toSorted()]).toEqual([undefined, allOf(pages).toSorted()]);
    expect(inFlightMax).toBeGreaterThanOrEqual(4);
  });

  test('goes on where segments were left, and is done at once with none', async () => {
    const { covered } = await backfill({ pages: [3, 3], begun: { 0: 2 } });
    expect(covered.toSorted()).toEqual(['0@2', '1@0', '1@1', '1@2']);
    expect((await backfill({ pages: [] })).got).toBe(undefined);
  });

  test.each<[string, Pick<Trial, 'onScan' | 'onDeliver'>]>([
    [
      'every third request is throttled',
      { onScan: (_, call) => (call % 3 === 0 ? throttled() : undefined) },
    ],
    [
      'every third page is damaged',
      {
        onDeliver: (_, delivery) =>
          delivery % 3 === 0 ? new ConnectorError(errorCodes.responseInvalid, 'cut') : undefined,
      },
    ],
    [
      'every second page is to be scanned again',
      { onDeliver: (_, delivery) => (delivery % 2 ? 'scan-again' : undefined) },
    ],
  ])('covers every page once when %s', async (_, trouble) => {
    const pages = [7, 1, 5, 3, 9];
    const { got, covered } = await backfill({ pages, ...trouble });
    expect([got, covered.toSorted()]).toEqual([undefined, allOf(pages).toSorted()]);
  });

  test('asks for a page with all that belongs to it', async () => {
    const requests: ScanRequest[] = [];
    const onScan = (request: ScanRequest) => void requests.push(request);
    const table = tableNamed('orders', { key: [{ name: '__proto__', type: 'S' }] });
    await backfill({ pages: [2], onScan, given: { table, scanLimit: 7 } });
    const common = {
      tableName: 'orders',
      segment: 0,
      totalSegments: 1,
      keyNames: ['__proto__'],
      limit: 7,
      makeRoom: expect.any(Function),
    };
    expect(requests).toEqual([
      { ...common, startKey: undefined },
      { ...common, startKey: keyAt(1) },
    ]);
  });

  test.each<[string, AwsError, number]>([
    ['one for a hot key range', throttled('TableReadKeyRangeThroughputExceeded'), 34],
    ['slower for all for anything else', throttled('TableReadProvisionedThroughputExceeded'), 3],
    [
      'slower for all for both',
      throttled('TableReadKeyRangeThroughputExceeded', 'TableReadAccountLimitExceeded'),
      3,
    ],
    ['slower for all for no reason', throttled(), 3],
  ])('when throttled, makes it %s', async (_, error, want) => {
    // Half of the capacity at first: 1,024 units a second, four pages.
    const capacity = { mode: 'provisioned', readUnitsPerSecond: 2048 } as const;
    const table = tableNamed('orders', { sizeBytes: 1e9, itemCount: 1e6, capacity });
    const onScan = (_: ScanRequest, call: number) => (call % 3 === 0 ? error : undefined);
    const { requestedAtMs } = await backfill({
      pages: Array<number>(50).fill(2),
      onScan,
      given: { table },
    });
    const early = requestedAtMs.filter((ms) => ms > 2000 && ms <= 7000).length;
    expect(early).toBe(want);
  });

  test('waits while the gate is closed, and looks again every second', async () => {
    const { covered, requestedAtMs } = await backfill({
      pages: [1, 1],
      mayScan: (ms) => ms >= 90_000,
    });
    expect([covered.length, requestedAtMs]).toEqual([2, [90_000, 90_000]]);
  });

  test('gives up a page that is never whole after five minutes', async () => {
    const onDeliver = () => new ConnectorError(errorCodes.responseInvalid, 'not JSON');
    const { got, clock } = await backfill({ pages: [1], onDeliver });
    expect(got).toBe('dynamodb:Scan on table "orders" kept failing for 303 s: not JSON');
    expect(Math.floor(clock.now() / 10_000)).toBe(30);
  });

  test('ends with the first error that cannot pass', async () => {
    const onScan = () => new AwsError('AccessDeniedException', 'No', 400);
    const { got } = await backfill({ pages: [1, 1, 1, 1, 1, 1, 1, 1], onScan });
    expect(got).toBe('Missing permission dynamodb:Scan on table "orders": No');
  });

  test('tells what is refused, and by whom', async () => {
    const onScan = () => new AwsError('ValidationException', 'The segment is odd', 400);
    const { got } = await backfill({ pages: [1], onScan });
    expect(got).toBe(
      'region us-east-1 refuses dynamodb:Scan on table "orders": ValidationException: The segment is odd',
    );
  });

  test('holds no bytes while it waits after a failure', async () => {
    const budget = new ByteBudget(64 * 1024 * 1024);
    const held: number[] = [];
    const onScan = (_: ScanRequest, call: number) => (call < 40 ? throttled() : undefined);
    const mayScan = () => (held.push(budget.heldBytes), true);
    await backfill({ pages: [1], onScan, mayScan, given: { budget } });
    expect(held).toEqual([0, 0].concat(held.slice(2).map(() => 0)));
  });
});
