import { describe, expect, test } from '@jest/globals';
import { createAws } from '../../../connector/aws/aws.ts';
import { parseEndpointConfig } from '../../../connector/config/config.ts';
import { checkBindings } from '../../../connector/session/check-bindings.ts';
import { recoveryNote } from '../../../connector/session/check-repair.ts';
import type { BucketOptions } from '../../support/fake-s3/bucket-store.ts';
import { never, retryContext } from '../aws/retry-context.ts';
import { config, fakeHost } from '../cli/fake-host.ts';
import { Harness } from '../support/fake-harness.ts';

interface Given {
  readonly onDataLoss?: string;
  readonly recoveryDays?: number | undefined;
  readonly bucket?: BucketOptions | 'missing';
  /** Operations that are not allowed. */
  readonly denied?: readonly string[];
}

/** What is wrong with two tables whose gaps are to be repaired; and what was left in the bucket. */
async function checked(given: Given) {
  const harness = new Harness();
  const { fake, clock } = harness;
  const { recoveryDays } = { recoveryDays: 35, ...given };
  for (const name of ['orders', 'users']) {
    const key = [
      { name: 'id', type: 'S' },
      { name: 'at', type: 'N' },
    ] as const;
    fake.createTable({ name, key, stream: 'NEW_AND_OLD_IMAGES', recoveryDays });
  }
  if (given.bucket !== 'missing') fake.s3.create('exports', given.bucket);
  for (const operation of given.denied ?? []) {
    fake.faults.add({ kind: 'denied', operation, count: Infinity });
  }
  const { onDataLoss = 'repair' } = given;
  const advanced = { onDataLoss, exportBucket: 'exports', exportPrefix: 'a b/c' };
  const parsed = parseEndpointConfig({ ...config, advanced });
  const patience = { patienceMs: 1000, throttledPatienceMs: 1000 };
  const aws = await createAws(
    parsed,
    { ...fakeHost({}).host, http: fake.transport(), clock },
    retryContext(clock, patience),
  );
  const bindings = ['orders', 'users'].map((table) => ({ table, rcuAllocation: undefined }));
  const checks = await clock.run(checkBindings(bindings, aws, never, parsed));
  const problems = checks.map(({ problems }) =>
    problems.map(({ code, message }) => `${code}: ${message}`),
  );
  const objects = fake.s3.bucket('exports')?.objects.size ?? 0;
  return { checks, problems, objects, exports: fake.exports };
}

const bucketOf = (action: string) =>
  `permission-denied: Missing permission ${action} on bucket "exports": Access Denied`;
const both = (problem: string) => [[problem], [problem]];

describe('checkBindings() of captures that repair gaps', () => {
  test('finds no problem, starts no export and writes nothing', async () => {
    const { problems, objects, exports, checks } = await checked({});
    expect([problems, objects, exports.length]).toEqual([[[], []], 0, 0]);
    expect(checks[0]?.recovery).toMatchObject({ isEnabled: true, periodDays: 35 });
  });

  test.each<[string, Given, string[][]]>([
    [
      'a missing bucket',
      { bucket: 'missing' },
      both('export-failed: There is no bucket "exports"'),
    ],
    [
      'a bucket that must not be written to',
      { bucket: { isWritable: false } },
      both(bucketOf('s3:PutObject')),
    ],
    [
      'a bucket that must not be read',
      { bucket: { isReadable: false } },
      both(bucketOf('s3:GetObject and s3:ListBucket')),
    ],
    [
      'a bucket whose missing objects look forbidden',
      { bucket: { isListable: false } },
      both(bucketOf('s3:GetObject and s3:ListBucket')),
    ],
    ['a bucket of another region, which is well', { bucket: { region: 'eu-west-1' } }, [[], []]],
    [
      'no point-in-time recovery',
      { recoveryDays: undefined },
      ['orders', 'users'].map((name) => [
        `export-failed: Table "${name}" has no point-in-time recovery, which a repair needs`,
      ]),
    ],
    [
      'no point-in-time recovery, with a backfill instead',
      { recoveryDays: undefined, onDataLoss: 'repair-or-backfill' },
      [[], []],
    ],
  ])('%s', async (_, given, want) => {
    expect((await checked(given)).problems).toEqual(want);
  });

  test.each([
    ['DescribeContinuousBackups', 'table "orders"'],
    ['BatchGetItem', 'table "orders"'],
    ['DescribeExport', expect.stringContaining('/export/') as unknown],
    ['ExportTableToPointInTime', expect.stringContaining('table/orders') as unknown],
  ])('a table without the right to %s', async (operation) => {
    const { problems, exports } = await checked({ denied: [operation] });
    const [[first = ''] = [], others = []] = problems;
    expect(first).toMatch(
      new RegExp(`^permission-denied: Missing permission dynamodb:${operation} on `),
    );
    expect([others.length, exports.length]).toEqual([1, 0]);
  });
});

test.each([
  [35, true, 'repair', undefined],
  [1, true, 'repair', 'keeps one day'],
  [undefined, false, 'repair-or-backfill', 'Without point-in-time recovery'],
  [undefined, false, 'repair', undefined],
] as const)('recoveryNote() of %s days', (periodDays, isEnabled, onDataLoss, want) => {
  const recovery = { isEnabled, periodDays, earliestMs: 0, latestMs: 0 };
  const note = recoveryNote(recovery, { onDataLoss });
  if (want === undefined) expect(note).toBeUndefined();
  else expect(note).toContain(want);
});
