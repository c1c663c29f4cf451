import { describe, expect, test } from '@jest/globals';
import { crc32 } from 'node:zlib';
import type { ScanRequest } from '../../../connector/aws/aws.ts';
import { awsAt, awsOver, type Answer } from './aws-over.ts';
import { never } from './retry-context.ts';

const tables = 'dynamodb.us-east-1.amazonaws.com/';
const scan: ScanRequest = {
  tableName: 'orders',
  segment: 3,
  totalSegments: 100,
  startKey: undefined,
  keyNames: ['__proto__', 'a"b'],
  limit: undefined,
};
const throttling = 'ProvisionedThroughputExceededException';
const reasons = [{ reason: 'TableReadKeyRangeThroughputExceeded', resource: 'arn:1' }];

describe('TableApi', () => {
  test('listTables() follows all pages', async () => {
    const page = { TableNames: ['a', 'b'], LastEvaluatedTableName: 'b' };
    const { call, told } = await awsOver([200, page], [200, { TableNames: ['c'] }]);
    expect(await call((aws) => aws.tables.listTables(never))).toEqual(['a', 'b', 'c']);
    expect(told()).toEqual([
      [tables, 'DynamoDB_20120810.ListTables', '{}'],
      [tables, 'DynamoDB_20120810.ListTables', '{"ExclusiveStartTableName":"b"}'],
    ]);
  });

  test('all calls go below the path of an endpoint that has one', async () => {
    const endpoint = 'https://gateway.example:8443/dynamodb/';
    const { call, told } = await awsAt({ advanced: { endpoint } }, [200, '{"TableNames":[]}']);
    await call((aws) => aws.tables.listTables(never));
    await call((aws) => aws.tables.scan(scan, never));
    expect(told().map(([place]) => place)).toEqual([
      'gateway.example/dynamodb/',
      'gateway.example/dynamodb/',
    ]);
  });

  test('scan() asks for a strongly consistent page, whatever the key is called', async () => {
    const { call, told } = await awsOver([200, '{"Items":[]}']);
    const startKey = [
      { type: 'S' as const, value: 'x"y' },
      { type: 'N' as const, value: '1E+3' },
    ];
    const got = [
      await call((aws) => aws.tables.scan(scan, never)),
      await call((aws) => aws.tables.scan({ ...scan, startKey, limit: 7 }, never)),
    ];
    const common =
      '{"TableName":"orders","Segment":3,"TotalSegments":100,' +
      '"ConsistentRead":true,"ReturnConsumedCapacity":"TOTAL"';
    const key = '{"__proto__":{"S":"x\\"y"},"a\\"b":{"N":"1E+3"}}';
    expect([got, told().map(([, target, body]) => [target, body])]).toEqual([
      ['{"Items":[]}', '{"Items":[]}'],
      [
        ['DynamoDB_20120810.Scan', `${common}}`],
        ['DynamoDB_20120810.Scan', `${common},"Limit":7,"ExclusiveStartKey":${key}}`],
      ],
    ]);
  });

  test.each<[string, Answer, object]>([
    [
      'a throttled request, with its reasons',
      [
        400,
        {
          __type: `com.amazonaws.dynamodb.v20120810#${throttling}`,
          message: 'Slow',
          ThrottlingReasons: reasons,
        },
      ],
      {
        name: throttling,
        message: 'Slow',
        throttlingReasons: ['TableReadKeyRangeThroughputExceeded'],
      },
    ],
    [
      'one that spells them in lower case',
      [
        400,
        {
          __type: 'x#ThrottlingException',
          Message: 'Slow',
          throttlingReasons: [...reasons, {}, null],
        },
      ],
      {
        name: 'ThrottlingException',
        message: 'Slow',
        throttlingReasons: ['TableReadKeyRangeThroughputExceeded'],
      },
    ],
    [
      'an error named in a header',
      [500, '', { 'x-amzn-errortype': 'InternalServerError:http://x/' }],
      { name: 'InternalServerError', message: 'HTTP status 500', throttlingReasons: [] },
    ],
    [
      'a proxy’s page',
      [502, '<html>Bad Gateway</html>'],
      { name: 'UnknownError', message: 'HTTP status 502', throttlingReasons: [] },
    ],
    [
      'a damaged body',
      [200, '{"Items":[]}', { 'x-amz-crc32': '1' }],
      {
        name: 'ChecksumMismatch',
        message: 'The response does not match its CRC-32',
        throttlingReasons: [],
      },
    ],
    [
      'a table that is missing',
      [400, { __type: 'x#ResourceNotFoundException', message: 'No' }],
      {
        name: 'ConnectorError',
        code: 'table-missing',
        message: 'Table "orders" does not exist in region us-east-1',
      },
    ],
  ])('scan() throws %s, and tries once', async (_, answer, want) => {
    const { call, sent } = await awsOver(answer);
    expect(await call((aws) => aws.tables.scan(scan, never))).toEqual({ code: undefined, ...want });
    expect(sent.length).toBe(1);
  });

  test('scan() takes a body that matches its checksum', async () => {
    const { call } = await awsOver([200, '{"a":1}', { 'x-amz-crc32': String(crc32('{"a":1}')) }]);
    expect(await call((aws) => aws.tables.scan(scan, never))).toBe('{"a":1}');
  });

  test('describeTable() tries again, and says what stands in its way', async () => {
    const denied: Answer = [400, { __type: 'x#AccessDeniedException', message: 'You may not' }];
    const { call, sent } = await awsOver(
      [500, '{}'],
      [400, { __type: 'x#ThrottlingException' }],
      denied,
    );
    expect(await call((aws) => aws.tables.describeTable('orders', never))).toEqual({
      name: 'ConnectorError',
      code: 'permission-denied',
      message: 'Missing permission dynamodb:DescribeTable on table "orders": You may not',
    });
    expect(sent.length).toBe(3);
  });

  test('listTables() takes no odd answer for a list, and asks again', async () => {
    const { call, sent } = await awsOver(
      [301, '<html>Moved</html>', { location: 'https://portal.example/' }],
      [204, ''],
      [200, '{}'],
      [408, ''],
      [429, ''],
      [200, { TableNames: ['a'] }],
    );
    expect(await call((aws) => aws.tables.listTables(never))).toEqual(['a']);
    expect(sent.length).toBe(6);
  });

  test.each<[string, Answer, string]>([
    [
      'a redirect',
      [302, '', { location: 'https://portal.example/' }],
      'dynamodb:DescribeTable on table "orders" kept failing for 13 s: https://dynamodb.us-east-1.amazonaws.com answers with HTTP status 302 and a redirect to https://portal.example, not as DynamoDB does: a proxy or portal answers',
    ],
    [
      'an answer without a table',
      [200, '{}'],
      'dynamodb:DescribeTable on table "orders" kept failing for 13 s: DescribeTable answered without a table',
    ],
  ])('describeTable() gives up on %s in the end', async (_, answer, message) => {
    const { call } = await awsOver(answer);
    const want = { name: 'ConnectorError', code: 'response-invalid', message };
    expect(await call((aws) => aws.tables.describeTable('orders', never))).toEqual(want);
  });
});
