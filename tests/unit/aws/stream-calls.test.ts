import { describe, expect, test } from '@jest/globals';
import { awsOver, type Answer } from './aws-over.ts';
import { never } from './retry-context.ts';

const streams = 'streams.dynamodb.us-east-1.amazonaws.com/';

describe('StreamApi', () => {
  test('asks for shards, children, iterators and records', async () => {
    const shards = [
      {
        ShardId: 's-1',
        SequenceNumberRange: { StartingSequenceNumber: '1', EndingSequenceNumber: '2' },
      },
      {
        ShardId: 's-2',
        ParentShardId: 's-1',
        SequenceNumberRange: { StartingSequenceNumber: '3' },
      },
      {},
    ];
    const page = { StreamStatus: 'ENABLED', Shards: shards, LastEvaluatedShardId: 's-2' };
    const { call, told } = await awsOver(
      [200, { StreamDescription: page }],
      [200, { StreamDescription: {} }],
      [200, { ShardIterator: 'i-1' }],
      [200, { ShardIterator: 'i-2' }],
      [200, '{"Records":[]}'],
    );
    const after = { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: '7' } as const;
    const got = [
      await call((aws) => aws.streams.listShards('arn', 's-0', never)),
      await call((aws) => aws.streams.listChildShards('arn', 's-1', never)),
      await call((aws) =>
        aws.streams.getShardIterator('arn', 's-2', { type: 'TRIM_HORIZON' }, never),
      ),
      await call((aws) => aws.streams.getShardIterator('arn', 's-2', after, never)),
      await call((aws) => aws.streams.getRecords({ shardIterator: 'i-2', limit: 1000 }, never)),
    ];
    expect(got).toEqual([
      {
        shards: [
          { id: 's-1', parentId: undefined, isClosed: true },
          { id: 's-2', parentId: 's-1', isClosed: false },
        ],
        lastShardId: 's-2',
        streamStatus: 'ENABLED',
      },
      { shards: [], lastShardId: undefined, streamStatus: 'UNKNOWN' },
      'i-1',
      'i-2',
      '{"Records":[]}',
    ]);
    const action = (name: string) => [streams, `DynamoDBStreams_20120810.${name}`];
    const position = { StreamArn: 'arn', ShardId: 's-2' };
    const filter = { Type: 'CHILD_SHARDS', ShardId: 's-1' };
    expect(
      told().map(([url, target, body]): unknown[] => [url, target, JSON.parse(body!)]),
    ).toEqual([
      [...action('DescribeStream'), { StreamArn: 'arn', ExclusiveStartShardId: 's-0' }],
      [...action('DescribeStream'), { StreamArn: 'arn', ShardFilter: filter }],
      [...action('GetShardIterator'), { ...position, ShardIteratorType: 'TRIM_HORIZON' }],
      [
        ...action('GetShardIterator'),
        { ...position, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: '7' },
      ],
      [...action('GetRecords'), { ShardIterator: 'i-2', Limit: 1000 }],
    ]);
  });

  test.each(['TrimmedDataAccessException', 'ResourceNotFoundException'])(
    'hands back %s for its caller to judge',
    async (name) => {
      const { call } = await awsOver([400, { __type: `x#${name}`, message: 'Gone' }]);
      const position = { type: 'TRIM_HORIZON' } as const;
      const want = { name, code: undefined, message: 'Gone', throttlingReasons: [] };
      expect(
        await call((aws) => aws.streams.getShardIterator('arn', 's', position, never)),
      ).toEqual(want);
      expect(
        await call((aws) => aws.streams.getRecords({ shardIterator: 'i', limit: 1000 }, never)),
      ).toEqual(want);
    },
  );
});

describe('StreamApi', () => {
  test('asks again after an answer that says nothing', async () => {
    const position = { type: 'TRIM_HORIZON' } as const;
    const iterators = await awsOver([200, ''], [200, '<html>'], [200, { ShardIterator: 'i' }]);
    const shards = await awsOver([200, {}], [200, { StreamDescription: { Shards: [] } }]);
    const got = [
      await iterators.call((aws) => aws.streams.getShardIterator('arn', 's', position, never)),
      await shards.call((aws) => aws.streams.listShards('arn', undefined, never)),
    ];
    expect(got).toEqual(['i', { shards: [], lastShardId: undefined, streamStatus: 'UNKNOWN' }]);
  });
});

describe('signatures', () => {
  test('follow the server’s clock once it has complained', async () => {
    const skewed: Answer = [
      403,
      { __type: 'x#RequestTimeTooSkewed', message: 'Your clock is off' },
      { date: 'Fri, 21 Aug 2026 11:00:00 GMT' },
    ];
    const { call, sent } = await awsOver(skewed, [200, { TableNames: [] }]);
    expect(await call((aws) => aws.tables.listTables(never))).toEqual([]);
    expect(sent.map(({ headers }) => headers['x-amz-date'])).toEqual([
      '20260821T100000Z',
      '20260821T110000Z',
    ]);
  });
});
