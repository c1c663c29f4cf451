/** The exports that the questions need: asked for, waited for, and read with the connector's own code. */

import { ExportTableToPointInTimeCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { setMaxListeners } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { ByteBudget } from '../../connector/async/byte-budget.ts';
import type { ExportStatus } from '../../connector/aws/aws.ts';
import { messageOf, nameOf } from '../../connector/errors.ts';
import { exportLines } from '../../connector/repair/export-lines.ts';
import { parseFiles, type ExportFile } from '../../connector/repair/manifest.ts';
import { ObjectReader } from '../../connector/repair/object-reader.ts';
import { filesOf } from '../../connector/repair/window-export.ts';
import type { Window } from '../../connector/repair/windows.ts';
import type { Pace } from './pace.ts';
import { prefix, type Bucket, type Place, type Stage } from './stage.ts';
import { furtherWindows, type Writes } from './writes.ts';

const never = new AbortController().signal;
setMaxListeners(0, never); // Each export waits by itself.
const budgetBytes = 64 * 1024 * 1024;

type Value = Readonly<Record<string, unknown>>;
export interface Line {
  readonly Keys: { readonly id: { readonly S: string } };
  readonly Metadata: { readonly WriteTimestampMicros: { readonly N: string } };
  readonly NewImage?: Value;
  readonly OldImage?: Value;
}

/** One that was asked for: its ARN, or why it was refused. */
export interface Asked {
  readonly window: Window;
  readonly arn: string | undefined;
  readonly refusal: string | undefined;
  readonly seconds: number | undefined;
  readonly status: ExportStatus | undefined;
}

export interface ReadExport {
  readonly files: readonly ExportFile[];
  readonly summary: Value;
  readonly summaryKey: string;
  readonly lines: readonly Line[];
}

export interface Exports {
  /** The window itself first, then those that begin earlier, the earliest last. */
  readonly windows: readonly Asked[];
  readonly main: ReadExport;
  /** The one that holds everything. */
  readonly widest: ReadExport;
  /** Numbers of the counters in the full export. */
  readonly full: ReadonlyMap<string, number>;
  /** Whether a projection of keys may be asked for. */
  readonly filter: string;
}

export async function makeExports(
  stage: Stage,
  bucket: Bucket,
  writes: Writes,
  place: Place,
  pace: Pace,
): Promise<Exports> {
  const { fromSeconds, toSeconds, atSeconds } = writes;
  const { endpoint, region } = place;
  // What is refused must not be hidden by another attempt.
  const client = new DynamoDBClient({
    ...{ region, maxAttempts: 1, systemClockOffset: pace.now() - Date.now() },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  await client.config.credentials(); // Or the first 40 calls would each look for them.
  const input = { TableArn: stage.tableArn, S3Bucket: bucket.name, S3Prefix: prefix };
  const ask = async (more: object) => {
    const { ExportDescription } = await client.send(
      new ExportTableToPointInTimeCommand({ ...input, ...more }),
    );
    return ExportDescription?.ExportArn ?? '';
  };
  const incremental = (window: Window) => ({
    ExportType: 'INCREMENTAL_EXPORT' as const,
    IncrementalExportSpecification: {
      ExportFromTime: new Date(window.fromSeconds * 1000),
      ExportToTime: new Date(window.toSeconds * 1000),
      ExportViewType: 'NEW_AND_OLD_IMAGES' as const,
    },
  });
  const windows = Array.from({ length: furtherWindows + 1 }, (_, index) => ({
    fromSeconds: fromSeconds - index,
    toSeconds: index === 0 ? toSeconds : toSeconds + 3,
  }));
  const filter = await outcome(
    ask({
      ...incremental({ fromSeconds, toSeconds }),
      FilterSpecification: { ProjectionExpression: 'id' },
    }),
  );
  const full = await ask({ ExportType: 'FULL_EXPORT', ExportTime: new Date(atSeconds * 1000) });
  const asked = await Promise.all(
    windows.map(async (window) => ({ window, ...(await outcome(ask(incremental(window)))) })),
  );
  const ended = await Promise.all([
    ...asked.map((each) => endOf(stage, each.arn, pace)),
    endOf(stage, full, pace),
  ]);
  const all = asked.map((each, index): Asked => ({ ...each, ...ended[index]! }));
  const done = all.filter(({ status }) => status?.status === 'COMPLETED');
  const [main] = done;
  const widest = done.at(-1);
  if (main === undefined || widest === undefined || all[0] !== main) {
    throw new Error(`No export of the window: ${JSON.stringify(all[0])}`);
  }
  return {
    windows: all,
    main: await readExport(stage, bucket, main),
    widest: await readExport(stage, bucket, widest),
    full: await readFull(stage, bucket, ended.at(-1)?.status),
    filter: filter.refusal ?? 'accepted',
  };
}

async function outcome(asked: Promise<string>) {
  try {
    return { arn: await asked, refusal: undefined };
  } catch (error) {
    return { arn: undefined, refusal: `${nameOf(error)}: ${messageOf(error)}` };
  }
}

async function endOf({ aws }: Stage, arn: string | undefined, pace: Pace) {
  if (arn === undefined) return { seconds: undefined, status: undefined };
  const { exports } = await aws.repairPorts();
  const startedMs = pace.now();
  const status = await pace.until('', async () => {
    const described = await exports.describe(arn, never);
    return described.status === 'IN_PROGRESS' ? undefined : described;
  });
  return { seconds: Math.round((pace.now() - startedMs) / 1000), status };
}

async function readerOf({ aws }: Stage, bucket: Bucket): Promise<ObjectReader> {
  return new ObjectReader(aws, (await aws.repairPorts()).objects, bucket.name);
}

/** Read and checked as a repair does. */
async function readExport(stage: Stage, bucket: Bucket, asked: Asked): Promise<ReadExport> {
  const reader = await readerOf(stage, bucket);
  const { status, window, arn: exportArn = '' } = asked;
  if (status === undefined) throw new Error('It has no end');
  const expected = { exportArn, tableId: stage.tableId, window };
  const files = await filesOf(reader, status, expected, never);
  const budget = new ByteBudget(budgetBytes);
  const lines: Line[] = [];
  const start = { file: 0, line: 0 };
  for await (const { bytes } of exportLines(
    { reader, budget, firstBudget: budget },
    files,
    start,
    never,
  )) {
    lines.push(JSON.parse(Buffer.from(bytes).toString()) as Line);
  }
  const summaryKey = status.manifestKey ?? '';
  const summary = JSON.parse(await reader.manifest(summaryKey, never)) as Value;
  return { files, lines, summary, summaryKey };
}

async function readFull(stage: Stage, bucket: Bucket, status: ExportStatus | undefined) {
  const counters = new Map<string, number>();
  const { manifestKey } = status ?? {};
  if (manifestKey === undefined) return counters;
  const reader = await readerOf(stage, bucket);
  const filesKey = manifestKey.replace('manifest-summary.json', 'manifest-files.json');
  const { itemCount } = JSON.parse(await reader.manifest(manifestKey, never)) as {
    readonly itemCount: number;
  };
  const files = parseFiles(await reader.manifest(filesKey, never), { filesKey, itemCount });
  for (const { key, itemCount: count } of files) {
    if (count === 0) continue;
    const { bytes } = await reader.read({ key, from: 0, length: budgetBytes }, never);
    for (const line of gunzipSync(bytes).toString().trim().split('\n')) {
      const { Item } = JSON.parse(line) as {
        readonly Item: { readonly id: { readonly S: string }; readonly n?: { readonly N: string } };
      };
      if (Item.n !== undefined) counters.set(Item.id.S, Number(Item.n.N));
    }
  }
  return counters;
}
