/** Trouble that passes, and trouble that does not: outages, hanging connections, credentials that run out. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { callCount, keepWriting } from './writers.ts';

jest.setTimeout(300_000);

const minuteMs = 60_000;
const slowly = { advanced: { scanLimit: 1 }, resource: { rcuAllocation: 2 } };

/** Lines of the log that tell of calls that fail. */
const complaints = (stage: Stage) =>
  stage.logLines.filter((line) => line.includes('AWS calls keep failing'));

describe('trouble', () => {
  test('credentials that expire end the capture cleanly, and it goes on with fresh ones', async () => {
    const stage = new Stage({ tables: [{ itemCount: 60 }], ...slowly });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilCommitted(10);
      await keepWriting(stage, { everyMs: 100, count: 10 });
      stage.fake.faults.add({ kind: 'expired-credentials', count: Infinity });
      const beganMs = stage.clock.now();
      const { code } = await stage.failure();
      const isSoon = stage.clock.now() - beganMs < 5000;
      // Documents that were emitted have their checkpoint: none of it is committed twice.
      const before = stage.flow.committed.length;
      stage.fake.faults.clear();
      await keepWriting(stage, { everyMs: 100, count: 10 });
      stage.start();
      const violations = await stage.judged();
      return { code, isSoon, violations, hasGoneOn: stage.flow.committed.length > before };
    });
    expect(got).toEqual({
      code: 'credentials-expired',
      isSoon: true,
      violations: [],
      hasGoneOn: true,
    });
  });

  test('connections that hang are cut, and hold up nobody else', async () => {
    const stage = new Stage({ tables: [{ itemCount: 20 }, {}], ...slowly });
    const got = await stage.play(async () => {
      stage.start();
      await stage.until('both are read', () => callCount(stage, 'GetRecords') > 6);
      for (const operation of ['Scan', 'GetRecords', 'DescribeStream']) {
        stage.fake.faults.add({ kind: 'hang', operation, table: 'table-0', count: 3 });
      }
      await keepWriting(stage, { everyMs: 500, count: 100, table: 1 });
      const late = stage.flow.committed.filter(({ document, emittedAtMs }) => {
        const { sequenceNumber } = document['_meta'] as { sequenceNumber?: string };
        const write = stage.fake.log.find((entry) => entry.sequenceNumber === sequenceNumber);
        return write?.table === 'table-1' && emittedAtMs - write.visibleAtMs! > 1500;
      });
      return { late: late.length, violations: await stage.judged() };
    });
    expect(got).toEqual({ late: 0, violations: [] });
    expect(stage.fake.stats.faults.get('hang')).toBeGreaterThan(5);
  });

  test('an outage of four minutes is survived, and told once a minute, whatever the number of shards', async () => {
    const stage = new Stage({ tables: [{ itemCount: 20, partitionCount: 300 }], ...slowly });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilCommitted(5);
      stage.fake.faults.add({ kind: 'internal-error', count: Infinity });
      await stage.sleep(4 * minuteMs);
      const isRunning = stage.isRunning;
      stage.fake.faults.clear();
      await keepWriting(stage, { everyMs: 100, count: 20 });
      return { isRunning, violations: await stage.judged(15_000) };
    });
    expect(got).toEqual({ isRunning: true, violations: [] });
    // Of each kind of call that failed: records, pages, iterators, listings, the table.
    expect(complaints(stage).length).toBeGreaterThan(3);
    expect(complaints(stage).length).toBeLessThanOrEqual(5 * 5);
  });

  test('an outage of longer ends the capture, which goes on where it was', async () => {
    const stage = new Stage({ tables: [{ itemCount: 20 }], ...slowly });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilCommitted(5);
      stage.fake.faults.add({ kind: 'reset', count: Infinity });
      const beganMs = stage.clock.now();
      const { code } = await stage.failure();
      const minutes = (stage.clock.now() - beganMs) / minuteMs;
      stage.fake.faults.clear();
      stage.start();
      return { code, minutes: Math.floor(minutes), violations: await stage.judged() };
    });
    expect(got).toEqual({ code: 'endpoint-unreachable', minutes: 5, violations: [] });
  });
});
