/** The demo's story: tables, a capture, writers, a kill in the middle, and the judgement at the end. */

import { CapturedCollection } from '../support/captured-collection.ts';
import { endpointConfig } from '../support/connector-command.ts';
import { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import { FlowRuntime, type CaptureBinding, type JsonObject } from '../support/flow-runtime.ts';
import { sumVerdicts, verifyTable, type Verdict } from '../support/verify.ts';
import { captureName, collectionOf } from './catalog.ts';
import { DemoCapture } from './demo-capture.ts';
import { countOf, type DemoView } from './demo-view.ts';
import { LiveKeys } from './live-keys.ts';
import { loadTables, type LoadedTable } from './load.ts';
import type { DemoOptions } from './options.ts';
import { exportBucket, playPause, prepareRecovery, type PauseSummary } from './pause.ts';
import { summarize, type Summary } from './summary.ts';
import { writeChanges } from './writers.ts';

/** How often we look, and draw. */
const lookMs = 200;
/** A pace that DynamoDB Local keeps up with on a laptop. */
const changesPerSecondMax = 200;
/** Changes end a little before the backfill, so that all of them are made during it. */
const changeTimeShare = 0.9;
/** For each page, DynamoDB Local reads the whole segment; with few items per segment it keeps up. */
const segmentItems = 1500;
const segmentCountMin = 8;
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
  readonly endpoint: string;
  /** The backfill is to last as long as the changes, and at least this long. */
  readonly backfillSecondsMin: number;
  readonly view: DemoView;
  /** The connector's program and arguments. */
  readonly command: readonly string[];
}

/** Plays it through, and leaves no tables behind. Throws when the connector fails, or when the signal aborts. */
export async function runDemo(world: DemoWorld, signal: AbortSignal): Promise<DemoResult> {
  const dynamoDb = new DynamoDbCalls(world.endpoint);
  const created: string[] = [];
  try {
    const loaded = await load(world, { dynamoDb, created }, signal);
    return await captureTables(world, { dynamoDb, loaded }, signal);
  } finally {
    if (!world.options.keep) {
      for (const table of created) await dynamoDb.deleteTable(table);
    }
  }
}

async function load(
  { options: { items, seed }, view }: DemoWorld,
  { dynamoDb, created }: { readonly dynamoDb: DynamoDbCalls; readonly created: string[] },
  signal: AbortSignal,
): Promise<LoadedTable[]> {
  const onProgress = (count: number) => {
    view.loading(count, items, Date.now());
  };
  const onCreated = (table: string) => {
    created.push(table);
  };
  const loaded = await loadTables({ dynamoDb, items, seed, onProgress, onCreated }, signal);
  view.rest();
  return loaded;
}

interface LoadedTables {
  readonly dynamoDb: DynamoDbCalls;
  readonly loaded: readonly LoadedTable[];
}

async function captureTables(
  world: DemoWorld,
  { dynamoDb, loaded }: LoadedTables,
  signal: AbortSignal,
): Promise<DemoResult> {
  const { seed, changes: changeCount } = world.options;
  if (world.options.pause !== undefined) {
    await prepareRecovery(
      { endpoint: world.endpoint, dynamoDb },
      loaded.map(({ table }) => table.name),
    );
  }
  const capture = await discover(world, loaded);
  const writersStop = new AbortController();
  try {
    const startedAtMs = Date.now();
    await capture.start();
    world.view.event(`The connector runs, and ${countOf(changeCount)} changes begin.`);
    const { changes: log, tables } = capture;
    const changesPerSecond = changeCount / backfillSeconds(world) / changeTimeShare;
    const work = { dynamoDb, tables, log, seed, changeCount, changesPerSecond };
    const writing = writeChanges(work, AbortSignal.any([signal, writersStop.signal]));
    const [finishedAtMs] = await Promise.all([follow(world, capture, signal), writing]);
    await capture.watch(quietMs, signal);
    await capture.stop();
    const pause = await pauseOf(world, { dynamoDb, capture }, signal);
    world.view.event('The connector was asked to stop, and did. Comparing every item …');
    const verdict = await verify(dynamoDb, capture, signal);
    return { verdict, summary: summarize({ verdict, capture, pause, startedAtMs, finishedAtMs }) };
  } finally {
    writersStop.abort();
    capture.abandon();
  }
}

/** The second act, where it was asked for; the connector is stopped before it and after it. */
async function pauseOf(
  { options, endpoint, view }: DemoWorld,
  { dynamoDb, capture }: { readonly dynamoDb: DynamoDbCalls; readonly capture: DemoCapture },
  signal: AbortSignal,
): Promise<PauseSummary | undefined> {
  const { pause: hours, seed, changes: changeCount } = options;
  if (hours === undefined) return undefined;
  const paused = { endpoint, dynamoDb, capture, view, hours, seed, changeCount };
  const summary = await playPause(paused, signal);
  await capture.stop();
  return summary;
}

/** What Flow does when a user makes a capture: discover, validate, apply. */
async function discover(world: DemoWorld, loaded: readonly LoadedTable[]): Promise<DemoCapture> {
  const { options, endpoint, command, view } = world;
  const tableItems = options.items / loaded.length;
  const backfillSegments = Math.max(segmentCountMin, Math.ceil(tableItems / segmentItems));
  const repair = { onDataLoss: 'repair', exportBucket };
  const config = endpointConfig(endpoint, {
    ...{ backfillSegments, scanLimit },
    ...(options.pause === undefined ? {} : repair),
  });
  const { codec, log } = options;
  let noteRepair: (line: string) => void = () => undefined;
  const onLogLine = (line: string) => {
    noteRepair(line);
    if (log) view.say(line);
  };
  const runtime = new FlowRuntime({ command, codec, captureName, config, onLogLine });
  const discovered = await runtime.discover();
  const seconds = backfillSeconds(world);
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
        name: collectionOf(found.recommendedName),
        key: found.key,
        writeSchema: found.documentSchema as JsonObject,
      },
      stateKey: found.resourcePath.join('/'),
    };
    return { table, keys: new LiveKeys(itemCount), recent: [], collection, binding };
  });
  const capture = new DemoCapture(runtime, tables);
  noteRepair = (line) => {
    capture.noteLogLine(line);
  };
  await runtime.publish(tables.map(({ binding }) => binding));
  view.event(
    `Discovered ${tables.length} tables. The backfill is slowed to ${countOf(seconds)} s.`,
  );
  return capture;
}

function backfillSeconds({ options, backfillSecondsMin }: DemoWorld): number {
  return Math.max(backfillSecondsMin, options.changes / changesPerSecondMax);
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
    `Killed with SIGKILL: ${countOf(discardedCount)} documents without a checkpoint are void.`,
  );
  const ms = countOf(Date.now() - killedAtMs);
  view.event(`Opened again from the last committed state, after ${ms} ms.`);
}

async function verify(
  dynamoDb: DynamoDbCalls,
  { tables }: DemoCapture,
  signal: AbortSignal,
): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  for (const { table, collection, binding } of tables) {
    const { writeSchema: schema } = binding.collection;
    verdicts.push(
      await verifyTable(
        dynamoDb,
        { table: table.name, key: table.key, schema, collection },
        signal,
      ),
    );
  }
  return sumVerdicts(verdicts);
}
