import { describe, expect, test } from '@jest/globals';
import type { Aws } from '../../../connector/aws/aws.ts';
import { withRetry } from '../../../connector/aws/aws.ts';
import { awsAt, type Answer } from './aws-over.ts';
import { never, subject } from './retry-context.ts';

const page = '\n <!DOCTYPE html><html><title>Log in</title></html>';
const scan = { segment: 0, totalSegments: 1, startKey: undefined, keyNames: [], limit: undefined };
const start = { type: 'TRIM_HORIZON' } as const;

// The two that are tried once are tried again by their callers.
const calls: readonly [string, (aws: Aws) => Promise<unknown>][] = [
  ['ListTables', (aws) => aws.tables.listTables(never)],
  ['DescribeTable', (aws) => aws.tables.describeTable('orders', never)],
  [
    'Scan',
    (aws) =>
      withRetry(
        aws.retry,
        subject,
        () => aws.tables.scan({ ...scan, tableName: 'a' }, never),
        never,
      ),
  ],
  ['DescribeStream', (aws) => aws.streams.listShards('arn', undefined, never)],
  ['GetShardIterator', (aws) => aws.streams.getShardIterator('arn', 's', start, never)],
  [
    'GetRecords',
    (aws) =>
      withRetry(
        aws.retry,
        subject,
        () => aws.streams.getRecords({ shardIterator: 'i', limit: 1 }, never),
        never,
      ),
  ],
];

const answers: readonly [string, Answer, string][] = [
  ['a login page', [200, page], '200 and an HTML page'],
  ['another', [200, 'Please log in', { 'content-type': 'text/html' }], '200 and an HTML page'],
  ['a page that blocks', [403, page], '403 and an HTML page'],
  ['no such page', [404, 'Not found'], '404'],
  [
    'a redirect',
    [302, '', { location: 'https://me:x@portal.example/login?session=secret' }],
    '302 and a redirect to https://portal.example',
  ],
  ['a redirect within', [307, '', { location: '/login' }], '307 and a redirect'],
  ['nothing', [200, ''], '200 and an empty body'],
  ['an empty success', [204, ''], '204 and an empty body'],
  ['other JSON', [200, '[]'], '200'],
];

describe.each(calls)('%s', (_, make) => {
  test.each(answers)('is not misled by %s', async (__, answer, what) => {
    const endpoint = 'http://10.0.0.1:8080';
    const { call, sent } = await awsAt({ advanced: { endpoint } }, answer);
    const { code, message } = (await call(make)) as { code: string; message: string };
    expect([code, message.replace(/^.* kept failing for \d+ s: /, '')]).toEqual([
      'response-invalid',
      `${endpoint} answers with HTTP status ${what}, not as DynamoDB does: a proxy or portal answers`,
    ]);
    expect(sent.length).toBeGreaterThan(1); // Somebody may log in meanwhile.
  });
});

test('what stands in front of AWS and says that it is unwell is no portal', async () => {
  const { call } = await awsAt({}, [503, page]);
  expect(await call((aws) => aws.tables.listTables(never))).toMatchObject({
    code: 'aws-unavailable',
  });
});
