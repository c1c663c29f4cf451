import { describe, expect, test } from '@jest/globals';
import type { FakeOptions } from '../../../support/fake-dynamodb/fake-dynamodb.ts';
import { ExportReading, md5 } from '../export-reading.ts';
import { Harness, order } from '../fake-harness.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface Description {
  readonly ExportArn: string;
  readonly ExportStatus: string;
  readonly ExportManifest: string;
  readonly FailureCode?: string;
  readonly TableId: string;
  readonly ItemCount?: number;
}

/** Orders with point-in-time recovery and a bucket; exports take ten minutes. */
class ExportHarness extends Harness {
  constructor(options: Partial<FakeOptions> = {}) {
    super({ exportDelayMs: [10 * minuteMs, 10 * minuteMs], exportBlurMs: 0, ...options });
    this.createOrders(2);
    this.fake.setRecovery('orders', 35);
    this.fake.s3.create('exports');
  }

  get seconds(): number {
    return this.clock.now() / 1000;
  }

  start(parameters: object, bucket = 'exports') {
    const TableArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/orders';
    return this.ask('ExportTableToPointInTime', { TableArn, S3Bucket: bucket, ...parameters });
  }

  window(fromSeconds: number, toSeconds: number, more: object = {}) {
    return this.start({
      ExportType: 'INCREMENTAL_EXPORT',
      IncrementalExportSpecification: { ExportFromTime: fromSeconds, ExportToTime: toSeconds },
      ...more,
    });
  }

  /** An accepted export, an hour later. */
  async ended(answer: unknown): Promise<Description> {
    const { ExportDescription } = answer as { ExportDescription: Description };
    await this.clock.advance(hourMs);
    const { ExportArn } = ExportDescription;
    const described = await this.ask('DescribeExport', { ExportArn });
    return (described as { ExportDescription: Description }).ExportDescription;
  }

  get reading(): ExportReading {
    return new ExportReading(this.fake, 'exports');
  }
}

const put = (harness: Harness, id: string, note: string) => {
  harness.fake.put('orders', order(id, note));
};
const errorOf = (answer: unknown) => {
  const { error, message } = answer as { error?: string; message?: string };
  return `${error ?? 'none'}: ${message ?? ''}`;
};

describe('an incremental export', () => {
  test('tells of each key once: its state at the end, and the image from the start', async () => {
    const harness = new ExportHarness();
    put(harness, 'changed', 'old');
    put(harness, 'deleted', 'old');
    put(harness, 'untouched', 'old');
    await harness.clock.advance(hourMs);
    const from = harness.seconds;
    put(harness, 'changed', 'between');
    put(harness, 'inserted', 'new');
    put(harness, 'born and gone', 'new');
    await harness.clock.advance(minuteMs);
    put(harness, 'changed', 'new');
    harness.fake.delete('orders', { id: { S: 'deleted' } });
    harness.fake.delete('orders', { id: { S: 'born and gone' } });
    await harness.clock.advance(hourMs);
    put(harness, 'changed', 'later');
    const done = await harness.ended(await harness.window(from, from + 1800));
    const micros = String((from + 60) * 1e6);
    const Metadata = { WriteTimestampMicros: { N: micros } };
    expect(harness.reading.lines(done.ExportManifest)).toEqual([
      {
        Metadata: { WriteTimestampMicros: { N: String(from * 1e6) } },
        Keys: { id: { S: 'inserted' } },
        NewImage: order('inserted', 'new'),
      },
      {
        ...{ Metadata, Keys: { id: { S: 'changed' } } },
        NewImage: order('changed', 'new'),
        OldImage: order('changed', 'old'),
      },
      { Metadata, Keys: { id: { S: 'deleted' } }, OldImage: order('deleted', 'old') },
    ]);
    expect(done.ItemCount).toBe(3);
  });

  test('begins with its first second and ends before its last', async () => {
    const harness = new ExportHarness();
    await harness.clock.advance(hourMs);
    const from = harness.seconds + 60;
    const to = from + 900;
    for (const [atSeconds, id] of [
      [from - 0.001, 'before'],
      [from, 'first'],
      [to - 0.001, 'last'],
      [to, 'after'],
    ] as const) {
      await harness.clock.advance((atSeconds - harness.seconds) * 1000);
      put(harness, id, '');
    }
    const done = await harness.ended(await harness.window(from, to));
    const keys = harness.reading.lines(done.ExportManifest).map(({ Keys }) => Keys);
    expect(keys).toEqual([{ id: { S: 'first' } }, { id: { S: 'last' } }]);
  });

  test('has a file for each partition, empty ones too, and manifests as AWS writes them', async () => {
    const harness = new ExportHarness({ exportFileItems: 2 });
    await harness.clock.advance(hourMs);
    const from = harness.seconds - 1800;
    const done = await harness.ended(
      await harness.window(from, harness.seconds, { S3Prefix: 'a b/c' }),
    );
    expect(harness.reading.files(done.ExportManifest)).toMatchObject([
      { itemCount: 0, lines: [], isIntact: true },
      { itemCount: 0, lines: [], isIntact: true },
    ]);
    const id = done.ExportArn.split('/').at(-1) ?? '';
    expect(done.ExportManifest).toBe(`a b/c/AWSDynamoDB/${id}/manifest-summary.json`);
    expect(harness.reading.summary(done.ExportManifest)).toMatchObject({
      version: '2023-08-01',
      exportArn: done.ExportArn,
      tableId: done.TableId,
      exportFromTime: new Date(from * 1000).toISOString(),
      s3Bucket: 'exports',
      s3Prefix: 'a b/c',
      manifestFilesS3Key: `a b/c/AWSDynamoDB/${id}/manifest-files.json`,
      itemCount: 0,
      outputView: 'NEW_AND_OLD_IMAGES',
      exportType: 'INCREMENTAL_EXPORT',
    });
    const summary = harness.reading.bytes(done.ExportManifest);
    const sum = harness.reading.bytes(done.ExportManifest.replace('.json', '.md5'));
    expect(sum.toString()).toBe(md5(summary));
    const [first] = harness.reading.files(done.ExportManifest);
    expect(first?.dataFileS3Key).toMatch(/^a b\/c\/AWSDynamoDB\/data\/[a-z2-7]{26}\.json\.gz$/);
    expect(first?.etag).toMatch(/^[0-9a-f]{32}-1$/);
  });

  test('divides what a partition has among several files', async () => {
    const harness = new ExportHarness({ exportFileItems: 3 });
    for (let number = 0; number < 20; number += 1) put(harness, `order ${number}`, '');
    await harness.clock.advance(hourMs);
    const begin = harness.seconds - 3600;
    const done = await harness.ended(await harness.window(begin, harness.seconds));
    const counts = harness.reading.files(done.ExportManifest).map(({ itemCount }) => itemCount);
    expect(counts.length).toBeGreaterThan(6);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
  });

  test.each([
    ['too short', -900, -1, 'InvalidExportTimeException: Difference between export period'],
    ['too long', -86_402, -1, 'InvalidExportTimeException: Difference between export period'],
    ['empty', -900, -900, 'ValidationException: Incremental export period from time should not be'],
    ['not over', -900, 60, 'InvalidExportTimeException: Incremental export period to time should'],
    [
      'before the table',
      -999_999,
      -999_000,
      'InvalidExportTimeException: Incremental export period from',
    ],
  ])('whose window is %s is refused', async (_what, from, to, want) => {
    const harness = new ExportHarness();
    await harness.clock.advance(100 * hourMs);
    const got = errorOf(await harness.window(harness.seconds + from, harness.seconds + to));
    expect(got).toContain(want);
  });
});

describe('point-in-time recovery', () => {
  test('that is off refuses exports; switched off and on, it has forgotten the time before', async () => {
    const harness = new ExportHarness();
    await harness.clock.advance(10 * hourMs);
    const from = harness.seconds - 7200;
    harness.fake.setRecovery('orders', undefined);
    expect(errorOf(await harness.window(from, from + 3600))).toBe(
      "PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'orders'",
    );
    const request = {
      TableName: 'orders',
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: 7,
      },
    };
    const earliest = harness.seconds;
    const updated = await harness.ask('UpdateContinuousBackups', request);
    await harness.clock.advance(hourMs);
    expect(errorOf(await harness.window(from, from + 3600))).toContain(
      'InvalidExportTimeException',
    );
    const PointInTimeRecoveryDescription = {
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: 7,
      EarliestRestorableDateTime: earliest,
    };
    expect(updated).toMatchObject({
      ContinuousBackupsDescription: { PointInTimeRecoveryDescription },
    });
    expect(await harness.ask('DescribeContinuousBackups', { TableName: 'orders' })).toMatchObject({
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: {
          ...PointInTimeRecoveryDescription,
          LatestRestorableDateTime: harness.seconds - 300,
        },
      },
    });
    await harness.clock.advance(8 * 24 * hourMs);
    expect(errorOf(await harness.window(earliest, earliest + 3600))).toContain('is before');
  });

  test('shows in a full export what was written before it was on', async () => {
    const harness = new ExportHarness();
    put(harness, 'changed', 'old');
    harness.fake.setRecovery('orders', undefined);
    put(harness, 'changed', 'new');
    await harness.clock.advance(hourMs);
    harness.fake.setRecovery('orders', 35);
    const done = await harness.ended(await harness.start({}));
    const lines = harness.reading.lines(done.ExportManifest);
    expect(lines).toEqual([{ Item: order('changed', 'new') }]);
    const files = harness.reading.files(done.ExportManifest);
    expect(files[0]?.dataFileS3Key).toMatch(
      /^AWSDynamoDB\/\d{14}-[0-9a-f]{8}\/data\/\w{26}\.json\.gz$/,
    );
  });

  test('knows the items of any second of its period', async () => {
    const harness = new ExportHarness();
    put(harness, 'kept', 'then');
    put(harness, 'deleted later', 'then');
    await harness.clock.advance(hourMs);
    const ExportTime = harness.seconds;
    await harness.clock.advance(hourMs);
    put(harness, 'kept', 'now');
    harness.fake.delete('orders', { id: { S: 'deleted later' } });
    const done = await harness.ended(await harness.start({ ExportTime }));
    expect(harness.reading.lines(done.ExportManifest)).toEqual([
      { Item: order('deleted later', 'then') },
      { Item: order('kept', 'then') },
    ]);
  });

  test('blurs a full export by up to a minute', async () => {
    const harness = new ExportHarness({ exportBlurMs: minuteMs });
    await harness.clock.advance(hourMs);
    for (let number = 0; number < 40; number += 1) put(harness, `order ${number}`, '');
    const ExportTime = harness.seconds;
    await harness.clock.advance(hourMs);
    const done = await harness.ended(await harness.start({ ExportTime }));
    const { length } = harness.reading.lines(done.ExportManifest);
    expect([length > 5, length < 35]).toEqual([true, true]);
  });
});

describe('an export', () => {
  test('is the same one for the same token, for eight hours after its end', async () => {
    const harness = new ExportHarness();
    await harness.clock.advance(10 * hourMs);
    const [from, to] = [harness.seconds - 7200, harness.seconds - 3600];
    const again = (more: object = {}) => harness.window(from, to, { ClientToken: 'one', ...more });
    const first = await harness.ended(await again());
    const second = await harness.ended(await again());
    expect([second.ExportArn, second.ExportStatus]).toEqual([first.ExportArn, 'COMPLETED']);
    expect(errorOf(await again({ S3Prefix: 'other' }))).toBe(
      'ExportConflictException: Duplicate request detected',
    );
    await harness.clock.advance(8 * hourMs);
    const third = await harness.ended(await again());
    expect(third.ExportArn).not.toBe(first.ExportArn);
  });

  test.each([
    ['no such bucket', 'nowhere', {}, 'S3NoSuchBucket'],
    ['a bucket that may not be written', 'locked', {}, 'S3AccessDenied'],
    ['a bucket of another owner', 'exports', { S3BucketOwner: '999999999999' }, 'S3AccessDenied'],
  ])('with %s is accepted, and fails', async (_what, bucket, more, want) => {
    const harness = new ExportHarness();
    harness.fake.s3.create('locked', { isWritable: false });
    await harness.clock.advance(hourMs);
    const done = await harness.ended(await harness.start(more, bucket));
    expect([done.ExportStatus, done.FailureCode]).toEqual(['FAILED', want]);
  });

  test('takes its time, and is listed meanwhile', async () => {
    const harness = new ExportHarness();
    await harness.clock.advance(hourMs);
    await harness.start({});
    await harness.clock.advance(9 * minuteMs);
    expect(await harness.ask('ListExports', {})).toMatchObject({
      ExportSummaries: [{ ExportStatus: 'IN_PROGRESS', ExportType: 'FULL_EXPORT' }],
    });
    await harness.clock.advance(2 * minuteMs);
    expect(harness.fake.exports.map(({ end }) => end?.status)).toEqual(['COMPLETED']);
  });

  test.each([
    ['an empty prefix', { S3Prefix: '' }, 'ValidationException'],
    ['an empty token', { ClientToken: '' }, 'ValidationException'],
    ['a malformed bucket', { S3Bucket: '-' }, 'ValidationException'],
    ['a time to come', { ExportTime: 9e9 }, 'InvalidExportTimeException'],
    ['another table', { TableArn: 'arn:aws:dynamodb:r:1:table/none' }, 'TableNotFoundException'],
  ])('of %s is refused', async (_what, parameters, want) => {
    const harness = new ExportHarness();
    await harness.clock.advance(hourMs);
    expect(errorOf(await harness.start(parameters))).toContain(want);
  });

  test('is refused beyond 300 at once', async () => {
    const harness = new ExportHarness();
    await harness.clock.advance(hourMs);
    for (let count = 0; count < 300; count += 1) await harness.start({});
    expect(errorOf(await harness.start({}))).toContain('LimitExceededException');
  });

  test.each([
    ['an unknown one', 'arn:aws:dynamodb:r:1:table/orders/export/01', 'ExportNotFoundException'],
    ["a table's", 'arn:aws:dynamodb:r:1:table/orders', 'ValidationException: Invalid Export ARN'],
  ])('is not found by %s', async (_what, ExportArn, want) => {
    const harness = new ExportHarness();
    expect(errorOf(await harness.ask('DescribeExport', { ExportArn }))).toContain(want);
  });
});

describe('faults of exports', () => {
  const spoilt = async (kind: 'export-truncated' | 'export-incomplete' | 'export-miscounted') => {
    const harness = new ExportHarness();
    put(harness, 'one', 'some text');
    await harness.clock.advance(hourMs);
    harness.fake.faults.add({ kind });
    return { harness, done: await harness.ended(await harness.start({})) };
  };

  test('export-truncated leaves a file that is not what its MD5 says', async () => {
    const { harness, done } = await spoilt('export-truncated');
    const files = harness.reading.files(done.ExportManifest);
    expect(files.map(({ isIntact }) => isIntact).sort()).toEqual([false, true]);
  });

  test('export-incomplete leaves one out', async () => {
    const { harness, done } = await spoilt('export-incomplete');
    expect(() => harness.reading.files(done.ExportManifest)).toThrow('There is no');
  });

  test('export-miscounted counts one too many', async () => {
    const { harness, done } = await spoilt('export-miscounted');
    const files = harness.reading.files(done.ExportManifest);
    expect(files.map(({ itemCount, lines }) => itemCount - lines.length).sort()).toEqual([0, 1]);
  });

  test('export-fails ends with the code it is given', async () => {
    const harness = new ExportHarness();
    await harness.clock.advance(hourMs);
    harness.fake.faults.add({ kind: 'export-fails', reason: 'KMSAccessDenied' });
    expect((await harness.ended(await harness.start({}))).FailureCode).toBe('KMSAccessDenied');
  });
});
