import { describe, expect, test } from '@jest/globals';
import { AwsError } from '../../../connector/aws/aws.ts';
import { ConnectorError } from '../../../connector/errors.ts';
import { validate } from '../../../connector/session/validate.ts';
import {
  closedShard,
  fakeAws,
  recordingLog,
  rejectionOf,
  streamOf,
  tableNamed,
  type FakeAwsOptions,
} from '../discovery/fake-aws.ts';

const signal = new AbortController().signal;
const orders = tableNamed('orders');
const users = tableNamed('users');
const denied = new AwsError('AccessDeniedException', 'not yours', 400);
const enable = (name: string) =>
  `Run: aws dynamodb update-table --table-name ${name} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES`;

const bind = (...tables: string[]) => tables.map((table) => ({ table, rcuAllocation: undefined }));

function run(options: FakeAwsOptions, ...tables: string[]) {
  return validate(bind(...tables), fakeAws(options), recordingLog().log, signal);
}

describe('validate()', () => {
  test('answers with the resource paths in the order of the bindings', async () => {
    const got = await run({ tables: [orders, users] }, 'users', 'orders');
    expect(got).toEqual([['users'], ['orders']]);
  });

  test('keeps an ARN as the resource path', async () => {
    const got = await run({ tables: [orders] }, orders.arn);
    expect(got).toEqual([[orders.arn]]);
  });

  test('scans one item and reads one record of an open shard', async () => {
    const aws = fakeAws({ tables: [orders] });
    await validate(bind('orders'), aws, recordingLog().log, signal);
    expect(aws.calls).toEqual([
      'describeTable orders',
      'scan {"tableName":"orders","segment":0,"totalSegments":1000000,"keyNames":["id"],"limit":1}',
      'listShards arn:stream/orders',
      'getShardIterator arn:stream/orders shard-2 TRIM_HORIZON',
      'getRecords iterator-1 1',
    ]);
  });

  const damaged = 'expected "{" at byte 0';
  test.each<[string, NonNullable<FakeAwsOptions['bodies']>, string]>([
    ['a page of HTML', { scan: '<html>Sign in</html>' }, damaged],
    ['an empty body', { scan: '' }, 'expected "{" at byte 0, but it ends there'],
    ['an empty object', { scan: '{}' }, 'expected a response with "Items" at byte 2'],
    ['an item without its key', { scan: '{"Items":[{"x":{"S":"1"}}]}' }, 'byte'],
    ['HTML for records', { getRecords: '<html>' }, damaged],
    ['nothing for records', { getRecords: '{}' }, 'expected a response with "Records" at byte 2'],
  ])('refuses %s, whatever its status', async (_, bodies, want) => {
    let nowMs = 0;
    const aws = fakeAws({ tables: [orders], bodies });
    const clock = { now: () => (nowMs += 500), sleep: () => Promise.resolve() };
    const impatient = { ...aws, retry: { ...aws.retry, clock } };
    const got = await rejectionOf(validate(bind('orders'), impatient, recordingLog().log, signal));
    expect(got).toMatchObject({
      code: 'response-invalid',
      message: expect.stringContaining(want) as unknown,
    });
  });

  test.each<[string, FakeAwsOptions]>([
    ['a table that is being updated', { tables: [tableNamed('orders', { status: 'UPDATING' })] }],
    ['a stream without shards', { tables: [orders], shards: { shards: [] } }],
    [
      'a stream whose only listed shard is trimmed meanwhile',
      {
        tables: [orders],
        shards: { shards: [closedShard] },
        failures: { getRecords: [new AwsError('TrimmedDataAccessException', 'gone', 400)] },
      },
    ],
    [
      'a throttled table',
      {
        tables: [orders],
        failures: {
          scan: [new AwsError('ProvisionedThroughputExceededException', 'slow', 400)],
          getRecords: [new AwsError('ThrottlingException', 'slow', 400)],
        },
      },
    ],
    [
      'a call that fails once',
      {
        tables: [orders],
        failures: { scan: [new AwsError('InternalServerError', 'again', 500), undefined] },
      },
    ],
  ])('accepts %s', async (_, options) => {
    expect(await run(options, 'orders')).toEqual([['orders']]);
  });

  test('accepts a stream without old images, with a warning', async () => {
    const { log, lines } = recordingLog();
    const table = tableNamed('orders', { stream: streamOf('orders', 'NEW_IMAGE') });
    const got = await validate(bind('orders'), fakeAws({ tables: [table] }), log, signal);
    expect(got).toEqual([['orders']]);
    const message = 'The stream has no old images, so documents will have no _meta/before';
    expect(lines).toEqual([['warn', message, { table: 'orders', viewType: 'NEW_IMAGE' }]]);
  });

  test.each<[string, FakeAwsOptions, object]>([
    [
      'a table that does not exist',
      { tables: [] },
      {
        code: 'table-missing',
        message: 'Table "orders" does not exist',
        hint: 'Check the table name.',
      },
    ],
    [
      'a table that is being deleted',
      { tables: [tableNamed('orders', { status: 'DELETING' })], failures: { scan: [denied] } },
      {
        code: 'table-not-active',
        message: 'Table "orders" is DELETING, not ACTIVE',
        hint: 'The table is being deleted: remove or disable its binding.',
      },
    ],
    [
      'a table without a stream',
      { tables: [tableNamed('orders', { stream: undefined })] },
      {
        code: 'stream-unusable',
        message: 'Table "orders" has no stream enabled',
        hint: enable('orders'),
      },
    ],
    [
      'a stream that was disabled since',
      { tables: [orders], shards: { streamStatus: 'DISABLED' } },
      {
        code: 'stream-unusable',
        message: 'The stream of table "orders" is DISABLED',
        hint: enable('orders'),
      },
    ],
    [
      'a table that must not be scanned',
      { tables: [orders], failures: { scan: [denied] } },
      {
        code: 'permission-denied',
        message: 'Missing permission dynamodb:Scan on table "orders": not yours',
        hint: 'Allow dynamodb:Scan on it in the IAM policy of the user or role.',
      },
    ],
    [
      'a stream that must not be read',
      { tables: [orders], failures: { getRecords: [denied] } },
      {
        code: 'permission-denied',
        message: 'Missing permission dynamodb:GetRecords on stream "arn:stream/orders": not yours',
        hint: 'Allow dynamodb:GetRecords on it in the IAM policy of the user or role.',
      },
    ],
    [
      'an error of AWS that nobody foresaw',
      { tables: [orders], failures: { scan: [new AwsError('ValidationException', 'odd', 400)] } },
      {
        code: 'aws-unavailable',
        message: 'Cannot read table "orders": ValidationException: odd',
        hint: undefined,
      },
    ],
  ])('refuses %s', async (_, options, want) => {
    expect(await rejectionOf(run(options, 'orders'))).toEqual(want);
  });

  test.each([
    ['its name', 'orders', orders],
    ['its ARN', orders.arn, orders],
    ['its name, at a server without ARNs', 'orders', tableNamed('orders', { arn: '' })],
  ])('refuses a table that is bound again by %s', async (_, second, table) => {
    const got = await rejectionOf(run({ tables: [table, users] }, 'orders', 'users', second));
    const want = {
      code: 'config-invalid',
      message: 'Table "orders" is bound twice, by bindings[0] and bindings[2]',
      hint: 'Disable or remove one of the two bindings.',
    };
    expect(got).toEqual(want);
  });

  test('names every problem of every binding at once', async () => {
    const none = tableNamed('none', { stream: undefined });
    const options = { tables: [none, orders], failures: { scan: [denied] } };
    const got = await rejectionOf(run(options, 'none', 'missing', 'orders', 'missing'));
    const allow = 'Allow dynamodb:Scan on it in the IAM policy of the user or role.';
    const message = [
      'The capture cannot run, for 5 reasons:',
      `- Table "none" has no stream enabled. ${enable('none')}`,
      `- Missing permission dynamodb:Scan on table "none": not yours. ${allow}`,
      '- Table "missing" does not exist. Check the table name.',
      `- Missing permission dynamodb:Scan on table "orders": not yours. ${allow}`,
      '- Table "missing" is bound twice, by bindings[1] and bindings[3]. Disable or remove one of the two bindings.',
    ].join('\n');
    expect(got).toEqual({ code: 'stream-unusable', message, hint: undefined });
  });

  test.each(['credentials-expired', 'credentials-invalid', 'endpoint-unreachable'] as const)(
    'tells %s once, whatever the number of bindings',
    async (code) => {
      const failure = new ConnectorError(code, 'Nothing works', { hint: 'Mend it.' });
      const failures = { describeTable: [failure] };
      const got = await rejectionOf(run({ tables: [orders, users], failures }, 'orders', 'users'));
      expect(got).toEqual({ code, message: 'Nothing works', hint: 'Mend it.' });
    },
  );

  test('does not take a bug for a problem of the user', async () => {
    const bug = new TypeError('x is not a function');
    const failures = { describeTable: [bug] };
    expect(await rejectionOf(run({ tables: [orders], failures }, 'orders'))).toBe(bug);
  });
});
