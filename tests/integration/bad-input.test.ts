/** What a user is told, by the built connector, when something is wrong. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectorCommand, endpointConfig } from '../support/connector-command.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import type { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import type { JsonObject } from '../support/flow-runtime.ts';
import { createTestTable, sharedDynamoDb } from '../support/shared-dynamodb.ts';

const startMsMax = 60_000;
/** A connector gives an endpoint fifteen seconds to come back. */
const failureMsMax = 40_000;
/** Nothing listens there. */
const deadEndpoint = 'http://127.0.0.1:1';

/** A request, once the tables are known, and what the user is told. */
type Case = readonly [
  name: string,
  request: (tables: Tables) => object | string,
  message: (tables: Tables) => string,
];

interface Tables {
  readonly endpoint: string;
  readonly config: JsonObject;
  /** A table that can be captured. */
  readonly good: string;
  readonly streamless: string;
  readonly keysOnly: string;
}

const collection = { name: 'test/c', key: ['/id'], writeSchema: { type: 'object' } };
const wholeRange = { keyEnd: 0xffffffff, rClockEnd: 0xffffffff };

const validate = (config: JsonObject, ...resourceConfigs: readonly object[]) => ({
  validate: {
    name: 'test/capture',
    config,
    bindings: resourceConfigs.map((resourceConfig) => ({ resourceConfig, collection })),
  },
});

const open = (config: JsonObject, tables: readonly string[], range: object = wholeRange) => ({
  open: {
    capture: {
      name: 'test/capture',
      config,
      bindings: tables.map((table) => ({
        resourceConfig: { table },
        resourcePath: [table],
        collection,
        stateKey: table,
      })),
    },
    version: '1',
    range,
    state: {},
  },
});

const enable = (table: string) =>
  `aws dynamodb update-table --table-name ${table} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES`;
const disable = (table: string) =>
  `aws dynamodb update-table --table-name ${table} --stream-specification StreamEnabled=false`;

const configCases: readonly Case[] = [
  [
    'a missing property of the endpoint configuration',
    ({ config, good }) => validate({ ...config, region: undefined }, { table: good }),
    () => 'Missing property "region" in the endpoint configuration',
  ],
  [
    'an unknown property of the endpoint configuration',
    ({ endpoint, good }) => validate(endpointConfig(endpoint, { scanLimits: 1 }), { table: good }),
    () =>
      'Unknown property "advanced.scanLimits" in the endpoint configuration; did you mean "advanced.scanLimit"?',
  ],
  [
    'an unknown property of a binding',
    ({ config, good }) => validate(config, { table: good, rcu: 3 }),
    () => 'Unknown property "rcu" in the resource configuration of bindings[0]',
  ],
  [
    'an endpoint where nothing answers',
    () => ({ discover: { config: endpointConfig(deadEndpoint) } }),
    () =>
      `Cannot reach DynamoDB at ${deadEndpoint}: connect ECONNREFUSED 127.0.0.1:1. ` +
      'Nothing listens there: check "advanced.endpoint", and that its server runs.',
  ],
];

const tableCases: readonly Case[] = [
  [
    'a table that does not exist',
    ({ config }) => validate(config, { table: 'no-such-table' }),
    ({ endpoint }) =>
      `Table "no-such-table" does not exist at ${endpoint}. Check the table name, "region", and the account of the credentials.`,
  ],
  [
    'a table that does not exist, when the capture is opened',
    ({ config }) => open(config, ['no-such-table']),
    ({ endpoint }) =>
      `Table "no-such-table" does not exist at ${endpoint}. Check the table name, "region", and the account of the credentials.`,
  ],
  [
    'a table without a stream',
    ({ config, streamless }) => validate(config, { table: streamless }),
    ({ streamless }) => `Table "${streamless}" has no stream enabled. Run: ${enable(streamless)}`,
  ],
  [
    'a stream without images',
    ({ config, keysOnly }) => validate(config, { table: keysOnly }),
    ({ keysOnly }) =>
      `The stream of table "${keysOnly}" has view type KEYS_ONLY, which carries no new images. ` +
      `Run: ${disable(keysOnly)}, wait until the table is ACTIVE, then: ${enable(keysOnly)}`,
  ],
  [
    'two bindings of one table',
    ({ config, good }) => validate(config, { table: good }, { table: good }),
    ({ good }) =>
      `Table "${good}" is bound twice, by bindings[0] and bindings[1]. Disable or remove one of the two bindings.`,
  ],
  [
    'a part of the key range',
    ({ config, good }) => open(config, [good], { keyEnd: 0x7fffffff, rClockEnd: 0xffffffff }),
    () =>
      'Cannot capture a part of the key range: the capture task was split over several shards. ' +
      'Join the shards of the task again; a DynamoDB capture runs as one.',
  ],
];

const protocolCases: readonly Case[] = [
  [
    'a line that is not JSON',
    () => 'this is not JSON\n',
    () => 'Request line 2 is not valid JSON: 16 bytes',
  ],
  ['a line that is no object', () => '[]\n', () => 'Request is not a JSON object'],
  [
    'a request of two kinds',
    () => '{"spec":{},"open":{}}\n',
    () => 'Request has two kinds, "spec" and "open"',
  ],
  [
    'a request of an unknown kind',
    () => '{"pull":{}}\n',
    () =>
      'Request has none of the kinds "spec", "discover", "validate", "apply", "open", "acknowledge"',
  ],
];

describe('the last line of the log is the error, and stdout has answers only', () => {
  let dynamoDb: DynamoDbCalls;
  let tables: Tables;

  beforeAll(async () => {
    dynamoDb = await sharedDynamoDb();
    const { endpoint } = dynamoDb;
    tables = {
      endpoint,
      config: endpointConfig(endpoint),
      good: await createTestTable(dynamoDb, 'good', { stream: 'NEW_AND_OLD_IMAGES' }),
      streamless: await createTestTable(dynamoDb, 'streamless', {}),
      keysOnly: await createTestTable(dynamoDb, 'keys-only', { stream: 'KEYS_ONLY' }),
    };
  }, startMsMax);

  afterAll(async () => {
    const { good, streamless, keysOnly } = tables;
    for (const table of [good, streamless, keysOnly]) await dynamoDb.deleteTable(table);
  });

  test.each([...configCases, ...tableCases, ...protocolCases])(
    'for %s',
    async (_name, request, message) => {
      const got = await failureOf(request(tables));

      const want = { level: 'error', message: message(tables), hasAnswered: false };
      expect(got).toEqual({ code: 1, outputError: undefined, ...want });
    },
    failureMsMax,
  );
});

/** How a process ends that gets this request, or these bytes, after `spec`, with its input left open. */
async function failureOf(request: object | string): Promise<object> {
  const kinds: string[] = [];
  const connector = new ConnectorProcess({
    command: connectorCommand(),
    codec: 'json',
    onResponse: (response) => {
      kinds.push(...Object.keys(response));
    },
  });
  connector.send({ spec: {} });
  if (typeof request === 'string') connector.sendBytes(request);
  else connector.send(request);
  const { code, outputError, logLines } = await connector.exitWithin(failureMsMax);
  const { level, message } = JSON.parse(logLines.at(-1) ?? '{}') as Record<string, unknown>;
  // A capture is opened before its tables are looked at.
  const hasAnswered = kinds.some((kind) => kind !== 'spec' && kind !== 'opened');
  return { code, outputError, level, message, hasAnswered };
}
