/** What broke elsewhere with data, resources and permissions, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import type { ConnectorError } from '../../../connector/errors.ts';
import type { Item } from '../../support/fake-dynamodb/fake-dynamodb.ts';
import { endpointConfig } from '../open-request.ts';
import { Stage, type Scene } from '../scripted.ts';
import { callCount, keepWriting } from './writers.ts';

jest.setTimeout(300_000);

const kib = 1024;
const mib = 1024 * kib;

describe('data, resources, operation', () => {
  test('story 31: inserted, changed, deleted and inserted again in one page', async () => {
    const stage = new Stage({ tables: [{ itemCount: 1 }] });
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      await stage.sleep(5000);
      for (const isDelete of [false, false, true, false]) stage.world.write(0, 7, isDelete);
      stage.world.write(0, 0, true);
      stage.world.write(0, 0, false);
      stage.world.write(0, 0, true);
      return { violations: await stage.judged(), shown: stage.shown };
    });
    const [snapshot, ...changes] = got.shown.filter((shown) => shown !== 'sc 3');
    expect({ ...got, shown: [snapshot, ...changes.filter((shown) => !shown.startsWith('s'))] })
      .toEqual({
        violations: [],
        shown: ['sc 1', 'c 2', 'u 3', 'd 3', 'c 4', 'd 1', 'c 5', 'd 5'],
      }); // prettier-ignore
  });

  // DynamoDB's whole range: 38 digits, exponents from -130 to 125, and what invites rounding.
  const numbers = [
    ...['0', '-0.5', '42', '1.0', '100', '9007199254740993', '-9007199254740993'],
    ...['18446744073709551615', '18446744073709551616', '99999999999999999999999999999999999999'],
    ...['1e100', '1E-130', '9.9999999999999999999999999999999999999E+125', '0.1', '0.30000000000000004'],
    ...['3.14159265358979323846', '1500', '12300000000000000000000000000000000000000000'],
    ...['-1E-130', '2.2250738585072014e-308', '123456789.0000000001'].filter((text) => !text.includes('308')),
  ]; // prettier-ignore

  test('story 32: numbers arrive with their value, scanned and streamed', async () => {
    const stage = new Stage({ tables: [{ keyTypes: ['N'] }] });
    const put = (version: number) => {
      numbers.forEach((text, index) => {
        const item: Item = { pk: { N: text }, v: { N: String(version + index) } };
        item['list'] = { L: [{ N: text }, { NS: [text, '7'] }, { M: { inner: { N: text } } }] };
        stage.fake.put('table-0', item);
      });
    };
    put(1);
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      put(1000);
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(new Set(stage.shown.map((shown) => shown.split(' ')[0]))).toEqual(new Set(['sc', 'u']));
  });

  test('story 33: a table without items is a finished backfill', async () => {
    const stage = new Stage();
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled(5000);
      return stage.judged();
    });
    expect(got).toEqual([]);
    expect(stage.tableState()).toMatchObject({ backfillItems: 0 });
  });

  test('story 33: of items of 400 KB, no more than a bound is held while nobody reads', async () => {
    const stage = new Stage();
    let bytesRead = 0;
    stage.onOutput = (bytes) => (bytesRead += bytes.length);
    const big = { S: 'x'.repeat(395 * kib) };
    for (let key = 0; key < 250; key += 1) {
      stage.fake.put('table-0', { pk: { S: `k${key}` }, v: { N: String(key + 1) }, big });
    }
    const got = await stage.play(async () => {
      stage.start();
      await stage.untilCommitted(1);
      const release = stage.stall();
      await stage.sleep(60_000);
      const held = stage.fake.stats.bytesSent - bytesRead;
      release();
      await stage.untilBackfilled();
      return { isBounded: held < 32 * mib, isSome: held > mib, isAll: bytesRead > 95 * mib };
    });
    expect(got).toEqual({ isBounded: true, isSome: true, isAll: true });
    expect(stage.flow.committed).toHaveLength(250);
  });

  /** The longest checkpoint after the first, and the bytes of output that are not documents, by checkpoint. */
  async function checkpointBytes(scene: Scene) {
    const stage = new Stage(scene);
    const output: string[] = [];
    stage.onOutput = (bytes) => output.push(Buffer.from(bytes).toString());
    await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      await keepWriting(stage, { everyMs: 20, count: 50 });
      await stage.sleep(8000);
      stage.fake.rollOver('table-0', stage.fake.shards('table-0')[0]!.id);
      await stage.sleep(3000);
    });
    const checkpoints = output.join('').split('\n').filter((line) => line.includes('checkpoint'));
    const lengths = checkpoints.slice(1).map((line) => line.length);
    return { longest: Math.max(...lengths), count: lengths.length };
  } // prettier-ignore

  test('story 34: checkpoints stay small with 1,000 segments and 2,000 shards', async () => {
    const tables = (partitionCount: number) => [{ partitionCount, itemCount: 50 }];
    const few = await checkpointBytes({ tables: tables(1), advanced: { backfillSegments: 2 } });
    const many = await checkpointBytes({
      tables: tables(2000),
      advanced: { backfillSegments: 1000, idleBackoffMax: '5s' },
    });
    // A number of a segment, or an item count, may have a few digits more.
    expect(many.longest).toBeLessThan(few.longest + 10);
    expect(many.longest).toBeLessThan(400);
    expect(many.count).toBeLessThan(1000 + 100);
  });

  test('story 36: a thousand tables are discovered without a call to their streams', async () => {
    const stage = new Stage();
    for (let table = 1; table < 1000; table += 1) {
      const key = [{ name: 'pk', type: 'S' }] as const;
      stage.fake.createTable({ name: `t-${table}`, key, stream: 'NEW_AND_OLD_IMAGES' });
    }
    const got = await stage.play(async () => {
      const beganMs = stage.clock.now();
      const answer = await stage.ask({ discover: { config: endpointConfig() } });
      const bindings = 'discovered' in answer ? answer.discovered.bindings.length : 0;
      return { bindings, isQuick: stage.clock.now() - beganMs < 10_000 };
    });
    expect(got).toEqual({ bindings: 1000, isQuick: true });
    expect(Object.fromEntries(stage.fake.stats.calls)).toEqual({
      ListTables: 10,
      DescribeTable: 1000,
    });
  });

  const validateRequest = {
    validate: {
      config: endpointConfig(),
      bindings: [
        {
          resourceConfig: { table: 'table-0' },
          resourcePath: ['table-0'],
          collection: { name: 'acmeCo/t' },
        },
      ],
    },
  };
  const discoverRequest = { discover: { config: endpointConfig() } };
  const reads = ['DescribeTable', 'Scan', 'DescribeStream', 'GetShardIterator', 'GetRecords'];
  const denied = [
    ['ListTables', 'discovery', discoverRequest] as const,
    ...reads.map((name) => [name, 'validation', validateRequest] as const),
  ];
  test.each(denied)(
    'story 37: without %s, %s names the permission',
    async (operation, _, request) => {
      const stage = new Stage({ tables: [{ itemCount: 3 }] });
      stage.fake.faults.add({ kind: 'denied', operation, count: Infinity });
      const got = await stage.play(async () => {
        const error = (await stage
          .ask(request)
          .catch((caught: unknown) => caught)) as ConnectorError;
        return { code: error.code, hint: error.hint, message: error.message };
      });
      expect(got).toEqual({
        code: 'permission-denied',
        hint: `Allow dynamodb:${operation} on it in the IAM policy of the user or role.`,
        message: expect.stringMatching(`^Missing permission dynamodb:${operation} on `),
      });
    },
  );

  test('story 37: without DescribeTable, discovery names the permission for each table', async () => {
    const stage = new Stage({ tables: [{ itemCount: 3 }] });
    stage.fake.faults.add({ kind: 'denied', operation: 'DescribeTable', count: Infinity });
    const got = await stage.play(() =>
      stage
        .ask({ discover: { config: endpointConfig() } })
        .catch((caught: unknown) => (caught as ConnectorError).message),
    );
    expect(got).toMatch(
      /\n- Missing permission dynamodb:DescribeTable on table "table-0".* Allow dynamodb:DescribeTable on it in the IAM policy/,
    );
  });

  test.each(reads)(
    'story 37: a running capture that loses %s ends with its name',
    async (operation) => {
      const stage = new Stage({
        tables: [{ itemCount: 50 }],
        advanced: { scanLimit: 1 },
        resource: { rcuAllocation: 1 },
      });
      const got = await stage.play(async () => {
        stage.start();
        await stage.untilCommitted(2);
        stage.fake.faults.add({ kind: 'denied', operation, count: Infinity });
        stage.fake.rollOver('table-0');
        const beganMs = stage.clock.now();
        const { code, message } = await stage.failure();
        // What the table is, is asked once a minute.
        const isSoon = stage.clock.now() - beganMs < 130_000;
        return { code, message, isSoon };
      });
      expect(got).toEqual({
        code: 'permission-denied',
        message: expect.stringMatching(`^Missing permission dynamodb:${operation} on `),
        isSoon: true,
      });
    },
  );

  test.each([1, 2, 5])(
    'story 38: a table with %d read units goes on, slowly',
    async (readUnits) => {
      const stage = new Stage({ tables: [{ readUnits }], fake: { burstSeconds: 1 } });
      for (let key = 0; key < 60; key += 1) {
        const item = { pk: { S: `k${key}` }, v: { N: String(key + 1) } };
        stage.fake.put('table-0', { ...item, text: { S: 'x'.repeat(20 * kib) } });
      }
      const got = await stage.play(async () => {
        stage.start();
        let covered = 0;
        for (let turn = 0; turn < 200 && covered < 60; turn += 1) {
          const before = covered;
          // Other readers take their share, too.
          stage.fake.useCapacity('table-0', { pk: { S: 'k1' } }, 'read', 1, 'others');
          await stage.sleep(60_000);
          covered = stage.tableState().backfillItems ?? 0;
          if (covered === before) return 'no progress';
        }
        return stage.judged();
      });
      expect(got).toEqual([]);
      // It keeps within the table's units: hardly any of its reads are refused.
      expect(stage.fake.stats.throttleCount('AKIASIMULATION')).toBeLessThan(
        callCount(stage, 'Scan') / 3,
      );
    },
  );
});
