import { describe, expect, test } from '@jest/globals';
import { serve } from '../../../connector/cli/serve.ts';
import { config, fakeHost, type Answers, type FakeHostOptions } from './fake-host.ts';

async function served(options: FakeHostOptions) {
  const { host, clock, written, logged } = fakeHost(options);
  const exitCode = await clock.run(serve(host));
  const { level, message } = logged.at(-1) ?? {};
  return { exitCode, written, last: [level, message], logged };
}

const binding = (table: string, stateKey = table) => ({
  resourceConfig: { table },
  resourcePath: [table],
  stateKey,
  collection: { name: `acme/${table}`, key: ['/id'], writeSchema: {}, readSchema: {} },
});
const open = (members: object = {}, bindings: object[] = []) =>
  JSON.stringify({ open: { capture: { name: 'acme/c', config, bindings }, ...members } });

const streamArn = 'arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026';

/** A table of one item, with one open shard that never has a record. */
const orders: Answers = (action) => {
  switch (action) {
    case 'DescribeTable':
      return [
        200,
        {
          Table: {
            TableName: 'orders',
            TableId: 'id-1',
            TableStatus: 'ACTIVE',
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            LatestStreamArn: streamArn,
            StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
          },
        },
      ];
    case 'DescribeStream':
      return [
        200,
        { StreamDescription: { StreamStatus: 'ENABLED', Shards: [{ ShardId: 's-1' }] } },
      ];
    case 'GetShardIterator':
      return [200, { ShardIterator: 'i' }];
    case 'GetRecords':
      return [200, { Records: [], NextShardIterator: 'i' }];
    default:
      return [200, { Items: [{ id: { S: 'a' } }], Count: 1, ScannedCount: 1 }];
  }
};

describe('serve()', () => {
  test('answers requests one by one until its input ends', async () => {
    const { exitCode, written, logged } = await served({
      input: ['{"spec":{}}', '', '{"apply":{"capture":{"name":"a"}}}'],
    });
    const kinds = written.map((line) => Object.keys(JSON.parse(line) as object));
    expect([exitCode, kinds, logged]).toEqual([0, [['spec'], ['applied']], []]);
  });

  test.each<[string, FakeHostOptions, string]>([
    [
      'a line that is not JSON',
      { input: ['{"spec":'] },
      'Request line 1 is not valid JSON: 8 bytes',
    ],
    [
      'an unknown codec',
      { environment: { FLOW_RUNTIME_CODEC: 'xml' } },
      'FLOW_RUNTIME_CODEC is "xml"; it must be "json" or "proto"',
    ],
    [
      'an acknowledgement before a capture is open',
      { input: ['{"acknowledge":{}}'] },
      'Request "acknowledge" came before "open"',
    ],
    [
      'a part of the key range',
      { input: [open({ range: { keyBegin: 0, keyEnd: 7 } })] },
      'Cannot capture a part of the key range: the capture task was split over several shards. ' +
        'Join the shards of the task again; a DynamoDB capture runs as one.',
    ],
    [
      'a state of another shape',
      { input: [open({ state: { bindingStateV1: { orders: {} } } }, [binding('orders')])] },
      `Cannot use the state of "orders": it must have required property 'streamArn'. ` +
        "Increment the binding's backfill counter to start it over.",
    ],
    [
      'two bindings of a table',
      { input: [open({}, [binding('orders'), binding('orders', 'other')])] },
      'bindings[0] and bindings[1] both capture table "orders". Remove one of them.',
    ],
    [
      'a request after open',
      { input: [open(), '{"spec":{}}'], end: false },
      'Request "spec" came after "open"',
    ],
    [
      'a table that is missing',
      {
        input: [open({}, [binding('orders')])],
        end: false,
        answers: () => [400, { __type: 'x#ResourceNotFoundException', message: 'Not found' }],
      },
      'Table "orders" does not exist in region us-east-1. ' +
        'Check the table name, "region", and the account of the credentials.',
    ],
    [
      'a table that is deleted while it is scanned',
      {
        input: [open({}, [binding('orders')])],
        end: false,
        answers: (action, input) =>
          action === 'Scan'
            ? [400, { __type: 'x#ResourceNotFoundException', message: 'Not found' }]
            : orders(action, input),
      },
      'Table "orders" does not exist in region us-east-1. ' +
        'Check the table name, "region", and the account of the credentials.',
    ],
  ])('ends with an error as its last line for %s', async (_, options, message) => {
    const { exitCode, last } = await served(options);
    expect([exitCode, last]).toEqual([1, ['error', message]]);
  });

  test('calls a bug a bug', async () => {
    const { host, clock, logged } = fakeHost({ input: ['{"spec":{}}'] });
    const broken = { ...host, output: { write: () => Promise.reject(new TypeError('x is not')) } };
    expect(await clock.run(serve(broken))).toBe(1);
    expect(logged.at(-1)?.['message']).toBe('Unexpected error, a bug: TypeError: x is not');
  });

  test.each<[string, FakeHostOptions]>([
    ['a capture without bindings', { input: [open()] }],
    ['a capture of a table', { input: [open({}, [binding('orders')])], answers: orders }],
  ])('ends well when the input of %s ends', async (_, options) => {
    const { exitCode, written, last } = await served(options);
    expect([exitCode, written[0], last]).toEqual([
      0,
      '{"opened":{"explicitAcknowledgements":false}}\n',
      ['info', 'Stopped'],
    ]);
  });

  test('forgets the state of tables that are no longer bound', async () => {
    const state = { bindingStateV1: { old: { streamArn: 'a', totalBackfillSegments: 1 } } };
    const { written } = await served({ input: [open({ state })] });
    expect(written[1]).toBe(
      '{"checkpoint":{"state":{"updated":{"bindingStateV1":{"old":null}},"mergePatch":true}}}\n',
    );
  });

  test('ends once caught up when it is asked to poll', async () => {
    const { exitCode, written, last } = await served({
      input: [open({}, [binding('orders')])],
      end: false,
      answers: orders,
      environment: { SHUTDOWN_AFTER_POLLING: 'yes' },
    });
    const documents = written.filter((text) => text.startsWith('{"captured"')).length;
    expect([exitCode, documents, last]).toEqual([0, 1, ['info', 'Backfilled and caught up']]);
  });

  test.each([
    ['idle', 1000],
    ['waiting for a reader of its output', 3],
  ])('stops within five seconds when asked to, %s', async (_, writesTaken) => {
    const options = { input: [open({}, [binding('orders')])], end: false, answers: orders };
    const { host, clock, stop, logged } = fakeHost({ ...options, writesTaken });
    const serving = serve(host);
    await clock.advance(60_000);
    const stoppedAtMs = clock.now();
    stop.abort(new Error('Received SIGTERM'));
    expect(await clock.run(serving)).toBe(0);
    expect(clock.now() - stoppedAtMs).toBeLessThan(5000);
    expect(logged.at(-1)?.['message']).toBe('Stopped');
  });

  test('stops while nobody reads an answer', async () => {
    const { host, clock, stop } = fakeHost({ input: ['{"spec":{}}'], end: false, writesTaken: 0 });
    const serving = serve(host);
    await clock.advance(1000);
    stop.abort(new Error('Received SIGTERM'));
    expect(await clock.run(serving)).toBe(0);
  });

  test('stops before it has read anything', async () => {
    const { host, clock, stop } = fakeHost({ end: false });
    const serving = serve(host);
    stop.abort(new Error('Received SIGINT'));
    expect(await clock.run(serving)).toBe(0);
  });
});
