/** The demo's story: tables, a capture, writers, a kill in the middle, and the judgement at the end. */

import { CapturedCollection } from '../support/captured-collection.ts';
import { demoCredentials, demoRegion, DynamoDbCalls } from '../support/dynamodb-calls.ts';
import type { DynamoDbServer } from '../support/dynamodb-local.ts';
import { FlowRuntime, type CaptureBinding, type JsonObject } from '../support/flow-runtime.ts';
import { sumVerdicts, verifyTable, type Verdict } from '../support/verify.ts';
import { DemoCapture } from './demo-capture.ts';
import { countOf, type DemoView } from './demo-view.ts';
import { LiveKeys } from './live-keys.ts';
import { loadTables, type LoadedTable } from './load.ts';
import type { DemoOptions } from './options.ts';
import { summarize, type Summary } from './summary.ts';
import { writeChanges } from './writers.ts';

const captureName = 'demo/source-dynamodb';
/** How often we look, and draw. */
const lookMs = 200;
/** A pace that DynamoDB Local keeps up with on a laptop. */
const changesPerSecondMax = 200;
/** The backfill is to last as long as the changes, and at least this long. */
const backfillSecondsMin = 10;
/** Changes end a little before the backfill, so that all of them are made during it. */
const changeTimeShare = 0.9;
/** Parallel segments cost DynamoDB Local a table walk each. */
const backfillSegments = 12;
const scanLimit = 100;
/** A strongly consistent read of so many bytes costs one unit. */
const bytesPerUnit = 4096;
/** When all is captured: time for documents that should not come. */
const quietMs = 1_500;
/** Nothing new for so long means that nothing will come. */
const stallMsMax = 60_000;

export interface DemoResult {
  readonly summary: Summary;
  readonly verdict: Verdict;
}

export interface DemoWorld {
  readonly options: DemoOptions;
  readonly server: DynamoDbServer;
  readonly view: DemoView;
  /** The connector's program and arguments. */
  readonly command: readonly string[];
}

/** Plays it through. Throws when the connector fails, or when the signal aborts. */
export async function runDemo(world: DemoWorld, signal: AbortSignal): Promise<DemoResult> {
  const { options, server, view } = world;
  const dynamoDb = new DynamoDbCalls(server.endpoint);
  const loaded = await load(world, dynamoDb);
  const capture = await discover(world, loaded);
  const writersStop = new AbortController();
  try {
    const startedAtMs = Date.now();
    await capture.start();
    view.event(`The connector runs, and ${countOf(options.changes)} changes begin.`);
    const { changes: log, tables } = capture;
    const { seed, changes: changeCount } = options;
    const changesPerSecond = changeCount / backfillSeconds(options) / changeTimeShare;
    const work = { dynamoDb, tables, log, seed, changeCount, changesPerSecond };
    const writing = writeChanges(work, AbortSignal.any([signal, writersStop.signal]));
    const [finishedAtMs] = await Promise.all([follow(world, capture, signal), writing]);
    await capture.watch(quietMs, signal);
    await capture.stop();
    view.event(
      'The connector was asked to stop, and did. Comparing every item with its collection …',
    );
    const verdict = await verify(dynamoDb, capture);
    return { verdict, summary: summarize({ verdict, capture, startedAtMs, finishedAtMs }) };
  } finally {
    writersStop.abort();
    capture.abandon();
  }
}

async function load({ options, view }: DemoWorld, dynamoDb: DynamoDbCalls): Promise<LoadedTable[]> {
  const { items, seed } = options;
  const onProgress = (count: number) => {
    view.loading(count, items, Date.now());
  };
  const loaded = await loadTables({ dynamoDb, items, seed, onProgress });
  view.rest();
  for (const { table } of loaded) await dynamoDb.enableStream(table.name, 'NEW_AND_OLD_IMAGES');
  return loaded;
}

/** What Flow does when a user makes a capture: discover, validate, apply. */
async function discover(
  { options, server, command, view }: DemoWorld,
  loaded: readonly LoadedTable[],
): Promise<DemoCapture> {
  const { codec } = options;
  const config = demoConfig(server.endpoint);
  const runtime = new FlowRuntime({ command, codec, captureName, config });
  const discovered = await runtime.discover();
  const seconds = backfillSeconds(options);
  const tables = loaded.map(({ table, itemCount, bytes }) => {
    const found = discovered.find(({ resourcePath }) => resourcePath[0] === table.name);
    if (found === undefined)
      throw new Error(`Connector did not discover the table "${table.name}"`);
    const rcuAllocation = Math.max(1, Math.round(bytes / bytesPerUnit / seconds));
    const collection = new CapturedCollection(found.key);
    const binding: CaptureBinding = {
      resourceConfig: { ...(found.resourceConfig as JsonObject), rcuAllocation },
      resourcePath: found.resourcePath,
      collection: {
        name: `demo/${found.recommendedName}`,
        key: found.key,
        writeSchema: found.documentSchema as JsonObject,
      },
      stateKey: found.resourcePath.join('/'),
    };
    return { table, keys: new LiveKeys(itemCount), recent: [], collection, binding };
  });
  const capture = new DemoCapture(runtime, tables);
  await runtime.publish(tables.map(({ binding }) => binding));
  view.event(
    `Discovered ${tables.length} tables. Their read units are limited so that the backfill takes about ${countOf(seconds)} s.`,
  );
  return capture;
}

function backfillSeconds({ changes }: DemoOptions): number {
  return Math.max(backfillSecondsMin, changes / changesPerSecondMax);
}

/** Made-up credentials for DynamoDB Local; the environment's for anything else. */
function demoConfig(endpoint: string): JsonObject {
  return {
    region: demoRegion,
    credentials: {
      auth_type: 'AWSAccessKey',
      aws_access_key_id: demoCredentials.accessKeyId,
      aws_secret_access_key: demoCredentials.secretAccessKey,
    },
    advanced: { endpoint, backfillSegments, scanLimit },
  };
}

/** Until everything is captured, with a kill half-way; returns the time when it was. */
async function follow(
  world: DemoWorld,
  capture: DemoCapture,
  signal: AbortSignal,
): Promise<number> {
  const { options, view } = world;
  const { changes } = capture;
  for (;;) {
    view.capturing(capture, options.changes, Date.now());
    if (capture.crash === undefined && changes.acknowledgedCount >= options.changes / 2) {
      await killHalfway(capture, view);
    }
    const isWritten = changes.acknowledgedCount >= options.changes;
    if (isWritten && changes.pendingCount === 0 && capture.isAllBackfilled) {
      return capture.committedAtMs;
    }
    if (isWritten && Date.now() - capture.committedAtMs > stallMsMax) {
      view.event(`Nothing was captured for ${stallMsMax / 1000} s: giving up.`);
      return capture.committedAtMs;
    }
    await capture.watch(lookMs, signal);
  }
}

async function killHalfway(capture: DemoCapture, view: DemoView): Promise<void> {
  const { killedAtMs, discardedCount } = await capture.killAndRestart();
  view.event(
    `Killed the connector with SIGKILL; ${countOf(discardedCount)} documents without a checkpoint are void. ` +
      `Open again from the last committed state after ${Date.now() - killedAtMs} ms.`,
  );
}

async function verify(dynamoDb: DynamoDbCalls, { tables }: DemoCapture): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  for (const { table, collection, binding } of tables) {
    const { writeSchema: schema } = binding.collection;
    verdicts.push(
      await verifyTable(dynamoDb, { table: table.name, key: table.key, schema, collection }),
    );
  }
  return sumVerdicts(verdicts);
}
