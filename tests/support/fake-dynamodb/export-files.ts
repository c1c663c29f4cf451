/** The objects that an export leaves in its bucket: data files, their manifest, and a summary. */

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { drawBelow } from '../seeded-random.ts';
import type { Bucket, BucketStore } from '../fake-s3/bucket-store.ts';
import type { ExportFault } from './call.ts';
import type { ExportLine } from './export-contents.ts';
import type { ExportEnd, ExportJob } from './export-job.ts';
import type { World } from './world.ts';

const nameLetters = 'abcdefghijklmnopqrstuvwxyz234567';
/** AWS bills at least so much for an incremental export. */
const billedBytesMin = 10 * 1024 * 1024;
/** How often a file consists of two gzip members, which is legal gzip. */
const twoMembersChance = 0.2;

/** A file of the manifest. */
interface DataFile {
  readonly key: string;
  readonly lines: readonly string[];
}

/** Writes everything, and tells how the export ended. */
export function writeExport(
  { world, store, bucket }: { world: World; store: BucketStore; bucket: Bucket },
  job: ExportJob,
  lines: readonly ExportLine[],
  fault: ExportFault | undefined,
): ExportEnd {
  const atMs = world.now();
  const { prefix } = job.target;
  const root = `${prefix === undefined ? '' : `${prefix}/`}AWSDynamoDB`;
  const folder = `${root}/${job.id}`;
  const text = (key: string, content: string) =>
    store.putInParts(bucket, `${folder}/${key}`, Buffer.from(content), atMs);
  text('_started', '');
  const dataFolder = job.scope.type === 'FULL_EXPORT' ? `${folder}/data` : `${root}/data`;
  const files = dataFiles(world, job, dataFolder, lines);
  const spoilt = files.findLastIndex((file) => file.lines.length > 0);
  const manifest = files.map((file, index) => {
    const isSpoilt = index === spoilt;
    return manifestLine({ world, store, bucket }, file, isSpoilt ? fault : undefined);
  });
  text('manifest-files.json', manifest.join(''));
  text('manifest-files.md5', md5(Buffer.from(manifest.join(''))));
  const itemCount = lines.length;
  const bytes = lines.reduce((sum, { json }) => sum + json.length, 0);
  const billedBytes =
    job.scope.type === 'FULL_EXPORT' ? job.table.sizeBytes : Math.max(billedBytesMin, bytes);
  const summary = JSON.stringify(summaryOf(job, { folder, atMs, itemCount, billedBytes }));
  text('manifest-summary.json', summary);
  text(
    'manifest-summary.md5',
    md5(Buffer.from(fault === 'export-mixed-up' ? `${summary} ` : summary)),
  );
  const key = `${folder}/manifest-summary.json`;
  return { status: 'COMPLETED', atMs, manifest: key, itemCount, billedBytes };
}

/** At least one file for each partition, empty ones among them. */
function dataFiles(
  { random, settings }: World,
  { table }: ExportJob,
  folder: string,
  lines: readonly ExportLine[],
): DataFile[] {
  return table.partitions.all().flatMap(({ low, high }) => {
    const own = lines.flatMap(({ hash, json }) => (hash >= low && hash < high ? [json] : []));
    const count = Math.max(1, Math.ceil(own.length / settings.exportFileItems));
    return Array.from({ length: count }, (_, index) => ({
      key: `${folder}/${fileName(random)}.json.gz`,
      lines: own.slice(index * settings.exportFileItems, (index + 1) * settings.exportFileItems),
    }));
  });
}

function manifestLine(
  { world, store, bucket }: { world: World; store: BucketStore; bucket: Bucket },
  { key, lines }: DataFile,
  fault: ExportFault | undefined,
): string {
  const whole = compressed(lines, world.random);
  const isCut = fault === 'export-truncated';
  const bytes = isCut ? whole.subarray(0, drawBelow(world.random, whole.length)) : whole;
  const { etag } = store.putInParts(bucket, key, bytes, world.now());
  if (fault === 'export-incomplete') bucket.objects.delete(key);
  const itemCount = lines.length + (fault === 'export-miscounted' ? 1 : 0);
  const line = { itemCount, md5Checksum: md5(whole), etag, dataFileS3Key: key };
  return `${JSON.stringify(line)}\n`;
}

function compressed(lines: readonly string[], random: () => number): Buffer {
  const gzip = (some: readonly string[]) => gzipSync(some.map((line) => `${line}\n`).join(''));
  if (lines.length < 2 || random() >= twoMembersChance) return gzip(lines);
  const cut = 1 + drawBelow(random, lines.length - 1);
  return Buffer.concat([gzip(lines.slice(0, cut)), gzip(lines.slice(cut))]);
}

function summaryOf(
  job: ExportJob,
  {
    folder,
    atMs,
    itemCount,
    billedBytes,
  }: { folder: string; atMs: number; itemCount: number; billedBytes: number },
) {
  const { scope, target, table } = job;
  const timeText = (ms: number) => new Date(ms).toISOString();
  const isFull = scope.type === 'FULL_EXPORT';
  return {
    version: isFull ? '2020-06-30' : '2023-08-01',
    exportArn: job.arn,
    startTime: timeText(job.startedAtMs),
    endTime: timeText(atMs),
    tableArn: table.arn,
    tableId: table.id,
    ...(isFull
      ? { exportTime: timeText(scope.atSeconds * 1000) }
      : {
          exportFromTime: timeText(scope.fromSeconds * 1000),
          exportToTime: timeText(scope.toSeconds * 1000),
        }),
    s3Bucket: target.bucket,
    s3Prefix: target.prefix ?? null,
    s3SseAlgorithm: target.sseAlgorithm ?? 'AES256',
    s3SseKmsKeyId: target.sseKmsKeyId ?? null,
    manifestFilesS3Key: `${folder}/manifest-files.json`,
    billedSizeBytes: billedBytes,
    itemCount,
    outputFormat: 'DYNAMODB_JSON',
    ...(!isFull && { outputView: scope.view, exportType: 'INCREMENTAL_EXPORT' }),
  };
}

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('base64');

const fileName = (random: () => number) =>
  Array.from({ length: 26 }, () => nameLetters[drawBelow(random, 32)]).join('');
