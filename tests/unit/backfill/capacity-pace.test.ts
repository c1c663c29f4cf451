import { describe, expect, test } from '@jest/globals';
import {
  CapacityPace,
  type CapacityPaceOptions,
} from '../../../connector/backfill/capacity-pace.ts';
import type { Table } from '../../../connector/table.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { tableNamed } from '../discovery/fake-aws.ts';
import { never } from '../aws/retry-context.ts';

const gigabyte = 2 ** 30;
const provisioned = (readUnitsPerSecond: number): Partial<Table> => ({
  sizeBytes: gigabyte,
  itemCount: 2 ** 20,
  capacity: { mode: 'provisioned', readUnitsPerSecond },
});
const onDemand = (readUnitsPerSecondMax?: number): Partial<Table> => ({
  sizeBytes: gigabyte,
  itemCount: 2 ** 20,
  capacity: { mode: 'on-demand', readUnitsPerSecondMax },
});

function paceOf(table: Partial<Table>, given: Partial<CapacityPaceOptions> = {}) {
  const clock = new FakeClock(0);
  const options = { rcuAllocation: undefined, scanLimit: undefined, segmentCount: 100, clock };
  return {
    clock,
    pace: new CapacityPace({ table: tableNamed('orders', table), ...options, ...given }),
  };
}

/** Reads pages of this cost with `concurrency` requests in flight for so long, and gives the units used per second. */
async function read(
  { clock, pace }: ReturnType<typeof paceOf>,
  units: number,
  seconds: number,
  concurrency = 4,
) {
  const untilMs = clock.now() + seconds * 1000;
  let used = 0;
  const reader = async () => {
    while (clock.now() < untilMs) {
      const charged = await pace.beginPage(never);
      if (clock.now() >= untilMs) return;
      await clock.sleep(20, never);
      pace.endPage(charged, units);
      used += units;
    }
  };
  await clock.run(Promise.all(Array.from({ length: concurrency }, reader)));
  return used / seconds;
}

/** So many seconds, each with a page that is throttled. */
async function throttle({ clock, pace }: ReturnType<typeof paceOf>, seconds: number) {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1000);
    pace.throttled();
  }
}

describe('CapacityPace', () => {
  test.each<[string, Partial<Table>, Partial<CapacityPaceOptions>, [number, number | undefined]]>([
    ['half of the provisioned units', provisioned(1000), {}, [500, 40]],
    ['half, in full pages where they are a trifle', provisioned(40_000), {}, [20_000, undefined]],
    [
      'half, in small pages of a table not counted yet',
      { ...provisioned(1000), itemCount: 0 },
      {},
      [500, 100],
    ],
    ['half, in small pages', provisioned(100), {}, [50, 100]],
    ['the user’s units', provisioned(1000), { rcuAllocation: 800 }, [800, 64]],
    ['the user’s units above the table’s', provisioned(10), { rcuAllocation: 800 }, [800, 64]],
    ['the user’s units in small pages', provisioned(1000), { rcuAllocation: 50 }, [50, 100]],
    ['the user’s page size', provisioned(1000), { scanLimit: 7 }, [500, 7]],
    ['the user’s page size on a small table', provisioned(10), { scanLimit: 7 }, [5, 7]],
    ['no limit on demand', onDemand(), {}, [Infinity, undefined]],
    ['the user’s units on demand', onDemand(), { rcuAllocation: 300 }, [300, 24]],
    ['the maximum on demand', onDemand(4000), {}, [4000, 320]],
    ['a small maximum in small pages', onDemand(40), {}, [40, 100]],
  ])('begins with %s', (_, table, given, want) => {
    const { pace } = paceOf(table, given);
    expect([pace.unitsPerSecond, pace.pageItems]).toEqual(want);
  });

  test.each<[string, Partial<Table>, Partial<CapacityPaceOptions>, number]>([
    ['a full page', { sizeBytes: gigabyte, itemCount: 100 }, {}, 256],
    ['a segment of a small table', { sizeBytes: 4096 * 300, itemCount: 5000 }, {}, 3],
    ['a page of few items', { sizeBytes: gigabyte, itemCount: 2 ** 20 }, { scanLimit: 100 }, 25],
    ['a unit for a new table', { sizeBytes: 0, itemCount: 0 }, {}, 1],
  ])('guesses %s', async (_, table, given, want) => {
    const { pace } = paceOf(table, given);
    expect(await pace.beginPage(never)).toBe(want);
  });

  test('learns what pages cost', async () => {
    const { pace } = paceOf({ sizeBytes: 0 });
    for (let page = 0; page < 30; page += 1) pace.endPage(await pace.beginPage(never), 100);
    expect(Math.round(await pace.beginPage(never))).toBe(100);
  });

  test.each<[string, Partial<Table>, Partial<CapacityPaceOptions>, number, number]>([
    ['an allocation', provisioned(1000), { rcuAllocation: 800 }, 256, 800],
    ['an allocation in small pages', provisioned(1000), { rcuAllocation: 50 }, 25, 50],
    [
      'an allocation, with pages that cost more than guessed',
      { ...onDemand(), sizeBytes: 0 },
      { rcuAllocation: 400 },
      256,
      400,
    ],
    ['a maximum on demand', onDemand(4000), {}, 256, 4000],
    ['provisioned units, from half of them', provisioned(1000), {}, 256, 1000],
  ])('uses nearly all of %s, and not more', async (_, table, given, units, limit) => {
    const used = await read(paceOf(table, given), units, 60);
    // A burst of a second, and the pages whose cost was guessed too low.
    expect([used >= limit * 0.9, used <= limit * 1.05]).toEqual([true, true]);
  });

  test('rises from half to all within ten seconds', async () => {
    const table = paceOf(provisioned(1000));
    await read(table, 10, 12);
    expect(table.pace.unitsPerSecond).toBe(1000);
  });

  test('falls when throttled, once for requests throttled together', async () => {
    const { clock, pace } = paceOf(provisioned(1000), { rcuAllocation: 800 });
    await clock.advance(2000);
    for (let request = 0; request < 16; request += 1) pace.throttled();
    const once = pace.unitsPerSecond;
    await clock.advance(1000);
    pace.throttled();
    expect([once, pace.unitsPerSecond]).toEqual([320, 128]);
  });

  test('comes back to a little less than what was too much, and looks a minute later for more', async () => {
    const table = paceOf(provisioned(1000), { rcuAllocation: 1000 });
    await read(table, 20, 5);
    table.pace.throttled();
    const rates: number[] = [];
    for (const seconds of [1, 10, 10, 30, 8, 10]) {
      await read(table, 20, seconds);
      rates.push(Math.round(table.pace.unitsPerSecond / 50) * 50);
    }
    expect(rates).toEqual([400, 600, 800, 800, 800, 1000]);
  });

  test('looks less and less often for what is not there', async () => {
    const table = paceOf(provisioned(1000), { rcuAllocation: 1000 });
    const waits: number[] = [];
    for (let throttles = 0; throttles < 5; throttles += 1) {
      const beganMs = table.clock.now();
      while (table.pace.unitsPerSecond <= 500) await read(table, 20, 1);
      table.pace.throttled();
      waits.push(Math.round((table.clock.now() - beganMs) / 60_000));
    }
    // Until somewhat more than half is tried, each time in vain.
    expect(waits).toEqual([0, 0, 1, 2, 4]);
  });

  test('asks for nothing in the first half second after it was throttled', async () => {
    const { clock, pace } = paceOf(provisioned(1000), { rcuAllocation: 800 });
    await clock.advance(5000);
    for (let page = 0; page < 40; page += 1) pace.endPage(await pace.beginPage(never), 20);
    pace.throttled();
    const beganMs = clock.now();
    await clock.run(pace.beginPage(never));
    expect(clock.now() - beganMs).toBeGreaterThan(500);
  });

  test('finds the rate at which an unlimited table throttled', async () => {
    const table = paceOf(onDemand());
    const used = await read(table, 256, 10);
    table.pace.throttled();
    expect(Math.abs(table.pace.unitsPerSecond / used - 0.4)).toBeLessThan(0.01);
  });

  test.each<[string, Partial<Table>, number]>([
    ['provisioned', provisioned(10_000), 10_000],
    ['on demand', onDemand(), 10_000],
    ['on demand with a maximum', onDemand(10_000), 10_000],
  ])('is back within two minutes after a minute of throttling: %s', async (_, offered, want) => {
    const table = paceOf(offered);
    await throttle(table, 60);
    await read(table, 256, 120, 1);
    expect(table.pace.unitsPerSecond).toBeGreaterThanOrEqual(want);
  });

  test('cancelPage() gives back what a failed request was charged', async () => {
    const { clock, pace } = paceOf(provisioned(1000), { rcuAllocation: 256 });
    for (let page = 0; page < 100; page += 1) {
      pace.cancelPage(await clock.run(pace.beginPage(never)));
    }
    expect(clock.now()).toBe(0);
  });
});
