/** The demo's second act: for hours no connector runs while the tables go on changing; then the gap is healed. */

import type { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import { ChangeLog } from './change-log.ts';
import type { DemoCapture } from './demo-capture.ts';
import { countOf, type DemoView } from './demo-view.ts';
import { writeChanges } from './writers.ts';

/** Where the connector has DynamoDB write its exports. */
export const exportBucket = 'exports';

/** The pause passes in so many steps, with changes after each. */
const stepCount = 10;
const changesPerSecond = 2000;
const lookMs = 500;
/** Exports, and thirty seconds between two looks at them. */
const healMsMax = 300_000;
/** For changes of the last day, which are on the stream. */
const quietMs = 3_000;
const hourMs = 3_600_000;
/** The hour before a gap is exported as well; what was loaded is older. */
const ageMs = 3 * hourMs;

export interface PauseSummary {
  readonly hours: number;
  /** Made while no connector ran. */
  readonly changes: number;
  readonly secondsToHeal: number;
  /** Read units that the repair used, and that the backfill had used. */
  readonly unitsRead: number;
  readonly unitsOfBackfill: number;
  /** Of which each read costs a unit at least, where a scan reads many in one. */
  readonly keysRead: number;
}

export interface PauseOptions {
  readonly endpoint: string;
  readonly dynamoDb: DynamoDbCalls;
  readonly capture: DemoCapture;
  readonly view: DemoView;
  readonly hours: number;
  readonly seed: number;
  readonly changeCount: number;
}

/** Makes ready what a repair needs: recovery before anything is captured, and a bucket. Most items are hours old. */
export async function prepareRecovery(
  { endpoint, dynamoDb }: Pick<PauseOptions, 'endpoint' | 'dynamoDb'>,
  tables: readonly string[],
): Promise<void> {
  for (const table of tables) await command(endpoint, 'recovery', { table, days: 35 });
  await command(endpoint, 'bucket', { bucket: exportBucket });
  await command(endpoint, 'advance', { ms: ageMs });
  dynamoDb.aheadMs += ageMs;
}

/** The capture is stopped already, and runs again at the end, healed. */
export async function playPause(options: PauseOptions, signal: AbortSignal): Promise<PauseSummary> {
  const { capture, view, hours, changeCount } = options;
  const unitsOfBackfill = await unitsUsed(options);
  view.event(`No connector runs for ${hours} hours, and ${countOf(changeCount)} changes are made.`);
  for (let step = 1; step <= stepCount; step += 1) await passStep(options, step, signal);
  const unitsBefore = await unitsUsed(options);
  const startedAtMs = Date.now();
  await capture.start();
  view.event('The connector runs again. It reads the stream, and has the gap exported …');
  while (!capture.isHealed) {
    if (Date.now() - startedAtMs > healMsMax) throw new Error('The gap was not healed in time');
    await capture.watch(lookMs, signal);
  }
  const secondsToHeal = Math.round((Date.now() - startedAtMs) / 100) / 10;
  await capture.watch(quietMs, signal);
  const unitsRead = (await unitsUsed(options)) - unitsBefore;
  view.event(`Healed after ${secondsToHeal} s.`);
  const { keysRead } = capture;
  return { hours, changes: changeCount, secondsToHeal, unitsRead, unitsOfBackfill, keysRead };
}

async function passStep(
  { endpoint, dynamoDb, capture, hours, seed, changeCount }: PauseOptions,
  step: number,
  signal: AbortSignal,
): Promise<void> {
  const ms = (hours * hourMs) / stepCount;
  await command(endpoint, 'advance', { ms });
  dynamoDb.aheadMs += ms;
  const perStep = Math.ceil(changeCount / stepCount);
  await writeChanges(
    {
      ...{ dynamoDb, tables: capture.tables, seed: seed + step, changesPerSecond },
      // What is changed twice is captured once: nobody waits for each of them.
      log: new ChangeLog(() => false),
      firstChange: 10_000_000 * step,
      changeCount: perStep,
    },
    signal,
  );
}

/** Read units of all tables since the beginning. */
async function unitsUsed({ endpoint }: PauseOptions): Promise<number> {
  const stats = (await command(endpoint, 'stats', {})) as {
    readonly units: Readonly<Record<string, number>>;
  };
  return Object.entries(stats.units).reduce(
    (sum, [name, units]) => (name.endsWith(' read') ? sum + units : sum),
    0,
  );
}

async function command(endpoint: string, name: string, input: object): Promise<unknown> {
  const response = await fetch(`${endpoint}/_admin/${name}`, {
    method: 'POST',
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`The fake refused "${name}": ${await response.text()}`);
  return response.json();
}
