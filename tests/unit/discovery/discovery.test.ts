import { describe, expect, test } from '@jest/globals';
import { AwsError } from '../../../connector/aws/aws.ts';
import { ConnectorError, errorCodes } from '../../../connector/errors.ts';
import { discoverTables } from '../../../connector/discovery/discovery.ts';
import { fakeAws, recordingLog, rejectionOf, streamOf, tableNamed } from './fake-aws.ts';

const signal = new AbortController().signal;
const everything = { filter: { include: [], exclude: [] }, bound: [] };
const enable = (name: string) =>
  `aws dynamodb update-table --table-name ${name} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES`;

describe('discoverTables()', () => {
  test('tells tables that can be captured from those that cannot, with what fixes these', async () => {
    const both = tableNamed('both');
    const onlyNew = tableNamed('new', { stream: streamOf('new', 'NEW_IMAGE') });
    const none = tableNamed('none', { stream: undefined });
    const keys = tableNamed('keys', { stream: streamOf('keys', 'KEYS_ONLY') });
    const leaving = tableNamed('leaving', { status: 'DELETING' });
    const locked = tableNamed('locked', { status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' });
    const { tables } = fakeAws({ tables: [both, onlyNew, none, keys, leaving, locked] });

    const got = await discoverTables(tables, everything, recordingLog().log, signal);

    expect(got).toEqual({
      tables: [
        { name: 'both', table: both },
        { name: 'new', table: onlyNew },
        {
          name: 'none',
          table: none,
          obstacle: {
            code: 'stream-unusable',
            reason: 'Table "none" has no stream enabled',
            remedy: `Run: ${enable('none')}`,
            mayPass: false,
          },
        },
        {
          name: 'keys',
          table: keys,
          obstacle: {
            code: 'stream-unusable',
            reason:
              'The stream of table "keys" has view type KEYS_ONLY, which carries no new images',
            remedy: `Run: aws dynamodb update-table --table-name keys --stream-specification StreamEnabled=false, wait until the table is ACTIVE, then: ${enable('keys')}`,
            mayPass: false,
          },
        },
        {
          name: 'leaving',
          table: leaving,
          obstacle: {
            code: 'table-not-active',
            reason: 'Table "leaving" is DELETING, not ACTIVE',
            remedy: 'The table is being deleted: remove or disable its binding.',
            mayPass: false,
          },
        },
        {
          name: 'locked',
          table: locked,
          obstacle: {
            code: 'table-not-active',
            reason: 'Table "locked" is INACCESSIBLE_ENCRYPTION_CREDENTIALS, not ACTIVE',
            remedy:
              'DynamoDB cannot use the KMS key of the table: enable the key, or restore its policy and grants, within 7 days. After that DynamoDB archives the table.',
            mayPass: true,
          },
        },
      ],
      hiddenCount: 0,
    });
  });

  test('leaves out a table that was dropped meanwhile, and logs it', async () => {
    const { log, lines } = recordingLog();
    const { tables } = fakeAws({ tables: [tableNamed('kept')], dropped: ['gone'] });
    const { tables: got } = await discoverTables(tables, everything, log, signal);
    expect(got.map(({ name }) => name)).toEqual(['kept']);
    expect(lines).toEqual([['info', 'A table was dropped during discovery', { table: 'gone' }]]);
  });

  test('says of a table that cannot be described why, and goes on', async () => {
    const failure = new AwsError('InternalServerError', 'try later', 500);
    const failures = { describeTable: [undefined, failure, undefined] };
    const names = ['a', 'b', 'c'];
    const { tables } = fakeAws({ tables: names.map((name) => tableNamed(name)), failures });
    const got = await discoverTables(tables, everything, recordingLog().log, signal);
    expect(got.tables.map(({ name, table, obstacle }) => [name, table?.name, obstacle])).toEqual([
      ['a', 'a', undefined],
      [
        'b',
        undefined,
        {
          code: 'aws-unavailable',
          reason: 'Cannot describe table "b": InternalServerError: try later',
          remedy: 'Try again later.',
          mayPass: false,
        },
      ],
      ['c', 'c', undefined],
    ]);
  });

  test('fails where no table can be described', async () => {
    const failure = new ConnectorError(errorCodes.credentialsExpired, 'Expired');
    const failures = { describeTable: [failure] };
    const { tables } = fakeAws({ tables: [tableNamed('a')], failures });
    const got = await rejectionOf(discoverTables(tables, everything, recordingLog().log, signal));
    expect(got).toMatchObject({ code: 'credentials-expired' });
  });

  const arn = 'arn:aws:dynamodb:us-east-1:444455556666:table/orders';
  const denied = new ConnectorError(errorCodes.permissionDenied, 'No dynamodb:ListTables');

  test('looks at bound tables by themselves, listed or not', async () => {
    const own = tableNamed('orders');
    const foreign = tableNamed('orders', { arn });
    const { tables } = fakeAws({ tables: [own, tableNamed('hidden'), foreign] });
    const api = { ...tables, listTables: () => Promise.resolve(['orders', 'hidden', 'x']) };
    const bound = [arn, own.arn, 'hidden', 'missing'];
    const scope = { filter: { include: ['orders'], exclude: [] }, bound };
    const got = await discoverTables(api, scope, recordingLog().log, signal);
    expect([got.tables.map(({ name, table }) => [name, table?.arn]), got.hiddenCount]).toEqual([
      [
        ['orders', own.arn],
        ['hidden', tableNamed('hidden').arn],
        [arn, arn],
      ],
      1,
    ]);
  });

  test('looks at bound tables where it may not list any', async () => {
    const failures = { listTables: [denied] };
    const { tables } = fakeAws({ tables: [tableNamed('a'), tableNamed('b')], failures });
    const scope = { ...everything, bound: ['b'] };
    const got = await discoverTables(tables, scope, recordingLog().log, signal);
    expect([got.tables.map(({ name }) => name), got.listing]).toEqual([['b'], denied]);
    const nothing = discoverTables(tables, everything, recordingLog().log, signal);
    expect(await rejectionOf(nothing)).toMatchObject({ code: 'permission-denied' });
  });

  test.each([
    [[], [], ['a.b', 'ab', 'a-test']],
    [['a*'], ['*-test'], ['a.b', 'ab']],
    [['a.b', 'a?'], [], ['a.b', 'ab']],
    [['A*', 'b'], [], []],
    [['*'], ['a?b', 'a*t'], ['ab']],
  ])('keeps to a filter of %j but not %j', async (include, exclude, want) => {
    const names = ['a.b', 'ab', 'a-test'];
    const { tables, calls } = fakeAws({ tables: names.map((name) => tableNamed(name)) });
    const scope = { filter: { include, exclude }, bound: [] };
    const got = await discoverTables(tables, scope, recordingLog().log, signal);
    expect(got.tables.map(({ name }) => name)).toEqual(want);
    expect(calls.length).toBe(1 + want.length);
  });

  test('describes at most eight tables at once, and every one', async () => {
    let runningCount = 0;
    let runningCountMax = 0;
    const names = Array.from({ length: 100 }, (_, index) => `table-${index}`);
    const { tables } = fakeAws({ tables: names.map((name) => tableNamed(name)) });
    const describeTable = async (name: string, signal: AbortSignal) => {
      runningCount += 1;
      runningCountMax = Math.max(runningCountMax, runningCount);
      const table = await tables.describeTable(name, signal);
      runningCount -= 1;
      return table;
    };
    const api = { ...tables, describeTable };
    const got = await discoverTables(api, everything, recordingLog().log, signal);
    expect(got.tables.map(({ name }) => name)).toEqual(names);
    expect(runningCountMax).toBe(8);
  });
});
