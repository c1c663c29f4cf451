/** How soon many small tables of DynamoDB Local are captured: from the process's start to its end, caught up. */

import { once } from 'node:events';
import { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import { openDynamoDb } from '../support/dynamodb-local.ts';
import { openRequest, send, startConnector } from './capture-run.ts';
import { monotonicMs, type Drained, type DrainQuestion } from './drain.ts';
import type { BenchOptions, Result, Scenario } from './scenarios.ts';

const tableCount = 20;
const itemCount = 100;
const key = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'N' },
] as const;

export const smallTables: Scenario = { name: 'small-tables', run: smallTablesOfLocal };

async function smallTablesOfLocal(options: BenchOptions): Promise<Result> {
  const local = await openDynamoDb({ ownerPid: process.pid });
  const dynamoDb = new DynamoDbCalls(local.endpoint);
  const names = Array.from({ length: tableCount }, (_, index) => `bench-${Date.now()}-${index}`);
  try {
    for (const name of names) {
      await dynamoDb.createTable(name, key, 'NEW_AND_OLD_IMAGES');
      for (let number = 0; number < itemCount; number += 1) {
        const sk = { N: String(number) };
        await dynamoDb.putItem(name, { pk: { S: `item-${number}` }, sk, text: { S: 'some text' } });
      }
    }
    const runs = [];
    for (let run = 0; run < options.runs; run += 1) {
      runs.push(await captureAll(local.endpoint, names, options));
    }
    return runs.sort((a, b) => a.caughtUpMs - b.caughtUpMs)[(runs.length - 1) >> 1]!;
  } finally {
    for (const name of names) await dynamoDb.deleteTable(name).catch(() => undefined);
    await local.stop();
  }
}

async function captureAll(endpoint: string, names: readonly string[], options: BenchOptions) {
  const { connector, drain, startedAtMs, ended } = await startConnector<DrainQuestion, Drained>({
    ...options,
    certificate: undefined,
    drain: 'drain',
    first: 'now',
    hasProbe: false,
    environment: { SHUTDOWN_AFTER_POLLING: 'yes' },
  });
  ended.catch(() => undefined); // It is to end.
  try {
    send(connector, options.codec, { spec: { connectorType: 'IMAGE', config: {} } });
    const { firstResponseAtMs = 0 } = await drain.ask('first-response');
    send(connector, options.codec, { open: openRequest(endpoint, names) });
    const { firstDocumentAtMs = 0 } = await drain.ask('first-document');
    if (connector.exitCode === null) await once(connector, 'exit');
    const caughtUpMs = monotonicMs() - startedAtMs;
    const { documents, lastDocumentAtMs = 0 } = await drain.ask('now');
    if (documents < tableCount * itemCount) throw new Error(`Only ${documents} documents came`);
    return {
      name: smallTables.name,
      specMs: firstResponseAtMs - startedAtMs,
      firstDocumentMs: firstDocumentAtMs - startedAtMs,
      lastDocumentMs: lastDocumentAtMs - startedAtMs,
      caughtUpMs,
    };
  } finally {
    connector.kill('SIGKILL');
    drain.stop();
  }
}
