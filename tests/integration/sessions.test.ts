/** Unary sessions of the built connector: what Flow sends, what it gets, and how the process ends. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import endpointSchema from '../../schemas/endpoint-config.schema.json' with { type: 'json' };
import resourceSchema from '../../schemas/resource-config.schema.json' with { type: 'json' };
import { connectorCommand, endpointConfig } from '../support/connector-command.ts';
import type { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import { FlowRuntime, type JsonObject } from '../support/flow-runtime.ts';
import { createTestTable, sharedDynamoDb } from '../support/shared-dynamodb.ts';

const startMsMax = 60_000;
/** From the request to the end of the process, on a machine that is busy with other tests. */
const sessionMsMax = 10_000;

describe.each(['json', 'proto'] as const)('with the codec "%s", a session of', (codec) => {
  let dynamoDb: DynamoDbCalls;
  let table: string;

  beforeAll(async () => {
    dynamoDb = await sharedDynamoDb();
    const key = [
      { name: 'a/b', type: 'N' },
      { name: 'c~d', type: 'B' },
    ] as const;
    table = await createTestTable(dynamoDb, 'sessions', { key, stream: 'NEW_AND_OLD_IMAGES' });
  }, startMsMax);

  afterAll(async () => {
    await dynamoDb.deleteTable(table);
  });

  /** The second answer, after that to `spec`; the session must have ended well, and in time. */
  async function answerTo(request: JsonObject): Promise<unknown> {
    const command = connectorCommand();
    const config = endpointConfig(dynamoDb.endpoint);
    const runtime = new FlowRuntime({ command, codec, captureName: 'test/capture', config });
    const startMs = Date.now();
    const { responses, exit } = await runtime.unarySession(request);
    const { code, outputError } = exit;
    const kinds = responses.map((response) => Object.keys(response)[0]);
    expect({ code, outputError, first: kinds[0], count: kinds.length }).toEqual({
      code: 0,
      outputError: undefined,
      first: 'spec',
      count: 2,
    });
    expect(Date.now() - startMs).toBeLessThan(sessionMsMax);
    return responses[1];
  }

  const configOf = () => endpointConfig(dynamoDb.endpoint);
  const collection = { name: 'test/c', key: ['/id'], writeSchema: { type: 'object' } };

  test('spec tells the protocol, both schemas, and where resource paths are', async () => {
    const got = await answerTo({ spec: {} });

    expect(got).toEqual({
      spec: {
        protocol: 3032023,
        configSchema: endpointSchema,
        resourceConfigSchema: resourceSchema,
        documentationUrl: expect.stringMatching(/^https:\/\//),
        resourcePathPointers: ['/table'],
      },
    });
  });

  test('discover gives a binding for the table, with its key and types', async () => {
    const config = configOf();
    const answer = await answerTo({ discover: { connectorType: 'IMAGE', config } });

    const { bindings } = (answer as { discovered: { bindings: JsonObject[] } }).discovered;
    const [binding] = bindings.filter(({ recommendedName }) => recommendedName === table);
    const { documentSchema, ...got } = binding as { documentSchema: { $defs: unknown } };
    expect(got).toEqual({
      recommendedName: table,
      resourceConfig: { table },
      key: ['/a~1b', '/c~0d'],
      disable: false,
      resourcePath: [table],
    });
    expect(documentSchema.$defs).toEqual({
      Item: {
        $anchor: 'Item',
        type: 'object',
        required: ['a/b', 'c~d'],
        properties: {
          'a/b': { type: 'string', format: 'number' },
          'c~d': { type: 'string', contentEncoding: 'base64' },
        },
      },
    });
  });

  test('validate gives the resource path of each binding', async () => {
    const bindings = [{ resourceConfig: { table }, collection }];
    const name = 'test/capture';
    const got = await answerTo({ validate: { name, config: configOf(), bindings } });

    expect(got).toEqual({ validated: { bindings: [{ resourcePath: [table] }] } });
  });

  test('apply has nothing to do', async () => {
    const resourcePath = [table];
    const bindings = [{ resourceConfig: { table }, resourcePath, collection, stateKey: table }];
    const capture = { name: 'test/capture', config: configOf(), bindings, intervalSeconds: 300 };
    const got = await answerTo({ apply: { capture, version: '1' } });

    expect(got).toEqual({ applied: { actionDescription: '' } });
  });
});
