import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as db from '@aws-sdk/client-dynamodb';
import * as streams from '@aws-sdk/client-dynamodb-streams';
import { type FakeServer, serveFake } from '../../../support/fake-dynamodb/http-server.ts';
import { ExportReading } from '../export-reading.ts';

let server: FakeServer;
let client: db.DynamoDBClient;
let streamsClient: streams.DynamoDBStreamsClient;

beforeAll(async () => {
  server = await serveFake({ visibilityMs: [0, 0], exportDelayMs: [1000, 1000] });
  const options = sdkOptions();
  client = new db.DynamoDBClient(options);
  streamsClient = new streams.DynamoDBStreamsClient(options);
});

afterAll(async () => {
  client.destroy();
  streamsClient.destroy();
  await server.close();
});

function sdkOptions() {
  return {
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
}

/** A command for the fake itself. */
async function ask(command: string, input: unknown): Promise<readonly [number, unknown]> {
  const response = await fetch(`${server.endpoint}/_admin/${command}`, {
    method: 'POST',
    body: JSON.stringify(input),
  });
  return [response.status, await response.json()];
}

async function createOrders(name: string): Promise<string> {
  const { TableDescription } = await client.send(
    new db.CreateTableCommand({
      TableName: name,
      AttributeDefinitions: [
        { AttributeName: 'customer', AttributeType: 'S' },
        { AttributeName: 'number', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'customer', KeyType: 'HASH' },
        { AttributeName: 'number', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  return TableDescription?.LatestStreamArn ?? '';
}

/** All records of the stream's only shard. */
async function readRecords(streamArn: string): Promise<streams._Record[]> {
  const { StreamDescription } = await streamsClient.send(
    new streams.DescribeStreamCommand({ StreamArn: streamArn }),
  );
  const { ShardIterator } = await streamsClient.send(
    new streams.GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: StreamDescription?.Shards?.[0]?.ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const page = await streamsClient.send(new streams.GetRecordsCommand({ ShardIterator }));
  return page.Records ?? [];
}

const order = (customer: string, number: string, note: string) => ({
  customer: { S: customer },
  number: { N: number },
  note: { S: note },
});

describe('serveFake() with the clients of the AWS SDK', () => {
  test('creates, lists, describes and deletes tables', async () => {
    const streamArn = await createOrders('described');
    const listed = await client.send(new db.ListTablesCommand({}));
    expect(listed.TableNames).toContain('described');
    const { Table } = await client.send(new db.DescribeTableCommand({ TableName: 'described' }));
    const got = {
      key: Table?.KeySchema,
      attributes: Table?.AttributeDefinitions,
      stream: Table?.LatestStreamArn,
      specification: Table?.StreamSpecification,
      status: Table?.TableStatus,
      billing: Table?.BillingModeSummary?.BillingMode,
    };
    expect(got).toEqual({
      key: [
        { AttributeName: 'customer', KeyType: 'HASH' },
        { AttributeName: 'number', KeyType: 'RANGE' },
      ],
      attributes: [
        { AttributeName: 'customer', AttributeType: 'S' },
        { AttributeName: 'number', AttributeType: 'N' },
      ],
      stream: streamArn,
      specification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      status: 'ACTIVE',
      billing: 'PAY_PER_REQUEST',
    });
    await client.send(new db.DeleteTableCommand({ TableName: 'described' }));
    const missing = client.send(new db.DescribeTableCommand({ TableName: 'described' }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('writes, updates, reads and scans items, and streams their changes', async () => {
    const TableName = 'changed';
    const streamArn = await createOrders(TableName);
    const Key = { customer: { S: 'ann' }, number: { N: '1' } };
    await client.send(new db.PutItemCommand({ TableName, Item: order('ann', '1.0', 'first') }));
    await client.send(
      new db.UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: 'SET #n = :n, paid = :p REMOVE gone',
        ExpressionAttributeNames: { '#n': 'note' },
        ExpressionAttributeValues: { ':n': { S: 'second' }, ':p': { BOOL: true } },
      }),
    );
    await client.send(
      new db.BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [
            { PutRequest: { Item: order('bob', '2', 'batch') } },
            { DeleteRequest: { Key: { customer: { S: 'nobody' }, number: { N: '0' } } } },
          ],
        },
      }),
    );
    const read = await client.send(new db.GetItemCommand({ TableName, Key, ConsistentRead: true }));
    const want = { ...order('ann', '1', 'second'), paid: { BOOL: true } };
    expect(read.Item).toEqual(want);
    await client.send(new db.DeleteItemCommand({ TableName, Key }));
    const page = await client.send(
      new db.ScanCommand({ TableName, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(page.Items).toEqual([order('bob', '2', 'batch')]);
    expect(page.ConsumedCapacity).toEqual({ TableName, CapacityUnits: 1 });
    const records = await readRecords(streamArn);
    expect(records.map(({ eventName }) => eventName)).toEqual([
      'INSERT',
      'MODIFY',
      'INSERT',
      'REMOVE',
    ]);
    const [, modified] = records.map(({ dynamodb }) => dynamodb);
    expect([modified?.Keys, modified?.OldImage, modified?.NewImage]).toEqual([
      Key,
      order('ann', '1', 'first'),
      want,
    ]);
  });

  test('closes and opens streams by UpdateTable', async () => {
    const TableName = 'reopened';
    const first = await createOrders(TableName);
    await client.send(
      new db.UpdateTableCommand({ TableName, StreamSpecification: { StreamEnabled: false } }),
    );
    const described = await streamsClient.send(
      new streams.DescribeStreamCommand({ StreamArn: first }),
    );
    const [shard] = described.StreamDescription?.Shards ?? [];
    expect(described.StreamDescription?.StreamStatus).toBe('DISABLED');
    expect(shard?.SequenceNumberRange?.EndingSequenceNumber).toMatch(/^[0-9]{21,40}$/);
    await client.send(
      new db.UpdateTableCommand({
        TableName,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    const listed = await streamsClient.send(new streams.ListStreamsCommand({ TableName }));
    const arns = listed.Streams?.map(({ StreamArn }) => StreamArn);
    expect([arns?.length, arns?.includes(first)]).toEqual([2, true]);
  });

  test.each([
    ['throttle', 'ProvisionedThroughputExceededException'],
    ['throttle-lower-case', 'ThrottlingException'],
    ['throttle-unmodelled', 'ThrottlingException'],
    ['internal-error', 'InternalServerError'],
    ['expired-credentials', 'ExpiredTokenException'],
    ['denied', 'AccessDeniedException'],
    ['reset', 'TimeoutError'],
    ['cut', 'Error'],
  ] as const)('the fault "%s" is the error %s to the SDK', async (kind, want) => {
    await createOrders(`faulty-${kind}`);
    server.fake.faults.add({ kind, operation: 'Scan', table: `faulty-${kind}` });
    const command = new db.ScanCommand({ TableName: `faulty-${kind}` });
    const got = await client.send(command).catch((error: unknown) => error);
    expect(Reflect.get(got as object, 'name')).toBe(want);
    expect((await client.send(command)).Count).toBe(0);
  });

  test('answers commands under /_admin/', async () => {
    await createOrders('administered');
    const [status, children] = await ask('split', { table: 'administered' });
    expect([status, children]).toEqual([200, [expect.any(String), expect.any(String)]]);
    const [, shards] = await ask('shards', { table: 'administered' });
    expect(shards).toMatchObject([{ isOpen: false }, { isOpen: true }, { isOpen: true }]);
    expect(await ask('load', { table: 'administered', count: 30, bytes: 100 })).toEqual([
      200,
      { itemCount: 30 },
    ]);
    expect(await ask('split', {})).toEqual([400, { message: expect.stringContaining("'table'") }]);
    expect(await ask('nonsense', {})).toEqual([404, { message: 'Unknown command "nonsense"' }]);
  });

  test('exports a window of changes, and serves its files', async () => {
    const TableName = 'exported';
    await createOrders(TableName);
    await ask('recovery', { table: TableName, days: 35 });
    await ask('bucket', { bucket: 'exports' });
    await ask('advance', { ms: 3_600_000 });
    server.fake.put(TableName, order('ann', '1', 'first'));
    const [, { now }] = (await ask('advance', { ms: 1_800_000 })) as [number, { now: string }];
    const later = new db.DynamoDBClient({ ...sdkOptions(), systemClockOffset: 5_400_000 });
    const toSeconds = Math.floor(Date.parse(now) / 1000);
    const { ExportDescription: asked } = await later.send(
      new db.ExportTableToPointInTimeCommand({
        TableArn: `arn:aws:dynamodb:us-east-1:123456789012:table/${TableName}`,
        S3Bucket: 'exports',
        ExportType: 'INCREMENTAL_EXPORT',
        IncrementalExportSpecification: {
          ExportFromTime: new Date((toSeconds - 3600) * 1000),
          ExportToTime: new Date(toSeconds * 1000),
        },
      }),
    );
    await ask('advance', { ms: 3_600_000 });
    const { ExportArn } = asked ?? {};
    // By its own clock it is hours late now: it learns so from the first answer.
    const described = await new db.DynamoDBClient({ ...sdkOptions(), maxAttempts: 2 }).send(
      new db.DescribeExportCommand({ ExportArn }),
    );
    later.destroy();
    const manifest = described.ExportDescription?.ExportManifest ?? '';
    expect(new ExportReading(server.fake, 'exports').lines(manifest)).toMatchObject([
      {
        Keys: { customer: { S: 'ann' }, number: { N: '1' } },
        NewImage: order('ann', '1', 'first'),
      },
    ]);
    expect((await fetch(`${server.endpoint}/exports/${manifest}`)).status).toBe(403);
  });

  test('tells the time of its tables, also when that is ahead', async () => {
    await ask('advance', { ms: 30 * 3_600_000 });
    const { headers } = await fetch(server.endpoint, { method: 'POST', body: '{}' });
    const aheadMs = Date.parse(headers.get('date') ?? '') - Date.now();
    expect(Math.round(aheadMs / 3_600_000)).toBeGreaterThanOrEqual(30);
  });
});
