/** What Flow infers of a table of DynamoDB Local that the built connector captures, in either codec. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectorCommand } from '../support/connector-command.ts';
import type { DynamoDbCalls, Item } from '../support/dynamodb-calls.ts';
import { assertExit, FlowRuntime } from '../support/flow-runtime.ts';
import { createTestTable, sharedDynamoDb } from '../support/shared-dynamodb.ts';

const startMsMax = 60_000;
const testMsMax = 60_000;
const quotient = '0.33333333333333333333333333333333333333';

const items: readonly Item[] = [
  {
    id: { S: '007' },
    zip: { S: '01234' },
    amount: { N: '2' },
    day: { S: '2026-08-21' },
    address: { M: { zip: { S: '5' } } },
  },
  {
    id: { S: '008' },
    zip: { S: 'K1A 0B1' },
    amount: { N: quotient },
    day: { S: '2026-08-22' },
    address: { M: { zip: { S: '6' } } },
  },
];

let dynamoDb: DynamoDbCalls;
beforeAll(async () => {
  dynamoDb = await sharedDynamoDb();
}, startMsMax);

const created: string[] = [];
afterAll(async () => {
  for (const table of created) await dynamoDb.deleteTable(table);
}, startMsMax);

async function capture(codec: 'json' | 'proto') {
  const key = [{ name: 'id', type: 'S' }] as const;
  const table = await createTestTable(dynamoDb, `columns-${codec}`, { key });
  created.push(table);
  await dynamoDb.enableStream(table, 'NEW_AND_OLD_IMAGES');
  await dynamoDb.putItems(table, items);
  const runtime = new FlowRuntime({
    command: connectorCommand(),
    codec,
    captureName: 'acmeCo/columns',
    environment: { SHUTDOWN_AFTER_POLLING: 'yes' },
    config: {
      region: 'us-east-1',
      credentials: {
        auth_type: 'AWSAccessKey',
        aws_access_key_id: 'columns',
        aws_secret_access_key: 'columns',
      },
      advanced: { endpoint: dynamoDb.endpoint },
    },
    infers: true,
  });
  const found = (await runtime.discover()).find(({ recommendedName }) => recommendedName === table);
  const bindings = [
    {
      resourceConfig: { table },
      resourcePath: [table],
      collection: {
        name: `acmeCo/${table}`,
        key: found?.key ?? [],
        writeSchema: (found?.documentSchema ?? {}) as Readonly<Record<string, unknown>>,
      },
      stateKey: table,
    },
  ];
  const run = async () => {
    const session = runtime.open(bindings, { onCommit: () => undefined });
    assertExit(await session.connector.exited);
  };
  return { runtime, table, run };
}

describe('columns', () => {
  test.each(['json', 'proto'] as const)(
    'are what DynamoDB says, with the codec "%s"',
    async (codec) => {
      const { runtime, table, run } = await capture(codec);
      await run();
      await dynamoDb.putItem(table, { ...items[0]!, zip: { S: '94105' } });
      await run();
      const shape = runtime.shapes.get(0);
      const typeOf = (...path: string[]) => shape?.at(...path).toString();
      expect({
        id: typeOf('id'),
        zip: typeOf('zip'),
        amount: typeOf('amount'),
        day: typeOf('day'),
        nested: typeOf('address', 'zip'),
        before: typeOf('_meta', 'before', 'zip'),
      }).toEqual({
        id: 'string',
        zip: 'string',
        amount: 'number|string (number)',
        day: 'string (date)',
        nested: 'string',
        before: 'string',
      });
      expect([shape?.at('zip').maxLength, shape?.at('id').maxLength]).toEqual([8, 4]);
    },
    testMsMax,
  );
});
