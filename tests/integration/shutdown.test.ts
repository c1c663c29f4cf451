/** How the built connector ends a running capture: promptly, with code 0, and with nothing left to commit. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { CapturedCollection } from '../support/captured-collection.ts';
import { connectorCommand, endpointConfig } from '../support/connector-command.ts';
import type { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import { FlowRuntime, type CaptureSession, type JsonObject } from '../support/flow-runtime.ts';
import { createTestTable, sharedDynamoDb } from '../support/shared-dynamodb.ts';
import { verifyTable } from '../support/verify.ts';

const startMsMax = 60_000;
/** Flow kills what is still there after about as long. */
const stopMsMax = 5_000;
const captureMsMax = 60_000;
const pollMs = 20;
const itemCount = 60;

const key = [{ name: 'id', type: 'S' }] as const;
const schema = { type: 'object', reduce: { strategy: 'lastWriteWins' } };

describe('a running capture', () => {
  let dynamoDb: DynamoDbCalls;
  let table: string;

  beforeAll(async () => {
    dynamoDb = await sharedDynamoDb();
    table = await createTestTable(dynamoDb, 'shutdown', { stream: 'NEW_AND_OLD_IMAGES' });
    for (let at = 0; at < itemCount; at++) await dynamoDb.putItem(table, { id: { S: `i${at}` } });
  }, startMsMax);

  afterAll(async () => {
    await dynamoDb.deleteTable(table);
  });

  function openCapture(environment: Readonly<Record<string, string>>, advanced: JsonObject = {}) {
    const runtime = new FlowRuntime({
      command: connectorCommand(),
      codec: 'json',
      environment,
      captureName: 'test/capture',
      config: endpointConfig(dynamoDb.endpoint, { backfillSegments: 4, ...advanced }),
    });
    const collection = new CapturedCollection(['/id']);
    const binding = {
      resourceConfig: { table },
      resourcePath: [table],
      collection: { name: 'test/c', key: ['/id'], writeSchema: schema },
      stateKey: table,
    };
    const session = runtime.open([binding], {
      onCommit: (documents) => {
        for (const { text } of documents) collection.add(text);
      },
    });
    return { session, collection };
  }

  async function exitOf(session: CaptureSession, withinMs: number): Promise<object> {
    const { code, signal, outputError } = await session.connector.exitWithin(withinMs);
    return { code, signal, outputError, uncommitted: session.uncommittedCount };
  }

  const wellEnded = { code: 0, signal: undefined, outputError: undefined, uncommitted: 0 };

  const requests: readonly (readonly [string, (session: CaptureSession) => void])[] = [
    [
      'SIGTERM',
      ({ connector }) => {
        connector.kill('SIGTERM');
      },
    ],
    [
      'SIGINT',
      ({ connector }) => {
        connector.kill('SIGINT');
      },
    ],
    [
      'the end of its input',
      ({ connector }) => {
        connector.closeInput();
      },
    ],
  ];

  test.each(requests)(
    'ends within five seconds of %s, just opened',
    async (_name, ask) => {
      const { session } = openCapture({});
      await session.opened;
      ask(session);
      expect(await exitOf(session, stopMsMax)).toEqual(wellEnded);
    },
    captureMsMax,
  );

  test.each(requests)(
    'ends within five seconds of %s, while it waits for changes',
    async (_name, ask) => {
      const { session, collection } = openCapture({});
      await untilAllCaptured(collection);
      ask(session);
      expect(await exitOf(session, stopMsMax)).toEqual(wellEnded);
    },
    captureMsMax,
  );

  test(
    'ends by itself, backfilled and caught up, with SHUTDOWN_AFTER_POLLING=yes',
    async () => {
      const { session, collection } = openCapture({ SHUTDOWN_AFTER_POLLING: 'yes' });
      expect(await exitOf(session, captureMsMax)).toEqual(wellEnded);

      const { items, missing, stale, resurrected } = await verifyTable(
        dynamoDb,
        { table, key, schema, collection },
        AbortSignal.timeout(captureMsMax),
      );
      const got = { items, missing, stale, resurrected };
      expect(got).toEqual({ items: itemCount, missing: 0, stale: 0, resurrected: 0 });
    },
    captureMsMax,
  );
});

async function untilAllCaptured(collection: CapturedCollection): Promise<void> {
  const until = Date.now() + captureMsMax;
  while (collection.keyCount < itemCount && Date.now() < until) await sleep(pollMs);
}
