/** The lines of one data file: read in pieces, unzipped, and checked before the last of them is given away. */

import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { ByteBudget } from '../async/byte-budget.ts';
import type { ObjectPart } from '../aws/aws.ts';
import { messageOf } from '../errors.ts';
import { LineReader } from './line-reader.ts';
import { assertMd5, type ExportFile } from './manifest.ts';
import type { ObjectReader } from './object-reader.ts';
import { ExportUnusable } from './repair-error.ts';

/** A broken connection costs one piece of a file, not all of it. */
const pieceBytes = 4 * 1024 * 1024;
/** Pieces of a file that are about at a time: one comes, one waits, one is unzipped. */
const piecesHeld = 3;
/** What is asked for at first: nearly all files of a quiet table are smaller. */
export const firstBytes = 256 * 1024;
/** Node's 16 KB make unzipping two to three times slower. */
const chunkSize = 256 * 1024;
/** A file whose lines have more is unzipped bit by bit. */
const wholeBytesMax = 8 * 1024 * 1024;

export interface FileReading {
  readonly reader: ObjectReader;
  /** For files that are read in pieces. */
  readonly budget: ByteBudget;
}

/** The lines of a file, of which the first part is there. Throws `ExportUnusable` for a damaged one. */
export async function* fileLines(
  reading: FileReading,
  file: ExportFile,
  first: ObjectPart,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array[]> {
  if (first.bytes.length >= first.totalBytes) {
    const whole = unzippedWhole(first.bytes, file);
    if (whole !== undefined) {
      const lines = new LineReader();
      yield checkedCount([...lines.push(whole), ...lines.end()], file);
      return;
    }
  }
  await reading.budget.acquire(piecesHeld * pieceBytes, signal);
  try {
    yield* linesBitByBit(reading, file, first, signal);
  } finally {
    reading.budget.release(piecesHeld * pieceBytes);
  }
}

/** Undefined where that would take too much memory. */
function unzippedWhole(bytes: Uint8Array, file: ExportFile): Uint8Array | undefined {
  assertMd5(bytes, file.md5, file.key);
  try {
    return gunzipSync(bytes, { chunkSize, maxOutputLength: wholeBytesMax });
  } catch (error) {
    if (Reflect.get(error as object, 'code') === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw damaged(file, error);
  }
}

async function* linesBitByBit(
  { reader }: FileReading,
  file: ExportFile,
  first: ObjectPart,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array[]> {
  const hash = createHash('md5');
  const pieces = async function* () {
    hash.update(first.bytes);
    yield first.bytes;
    for (let from = first.bytes.length; from < first.totalBytes;) {
      const part = await reader.read({ ...file, from, length: pieceBytes }, signal);
      hash.update(part.bytes);
      from += part.bytes.length;
      yield part.bytes;
    }
  };
  const lines = new LineReader();
  let count = 0;
  let held: Uint8Array[] = [];
  const chunks = unzipped(pieces(), file);
  for await (const chunk of chunks) {
    const more = lines.push(chunk);
    if (more.length === 0) continue;
    count += more.length;
    yield held;
    held = more;
  }
  const last = lines.end();
  if (hash.digest('base64') !== file.md5)
    throw new ExportUnusable(`${file.key} does not match its MD5`);
  assertCount(count + last.length, file);
  yield [...held, ...last];
}

async function* unzipped(
  pieces: AsyncIterable<Uint8Array>,
  file: ExportFile,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize });
  let failure: Error | undefined;
  const source = Readable.from(
    noting(pieces, (error) => (failure ??= error as Error)),
    { highWaterMark: 1 },
  );
  pipeline(source, gunzip, () => undefined); // Its errors come out of the loop below.
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    throw failure ?? damaged(file, error);
  }
}

/** A failure of the source must not be taken for one of the file. */
async function* noting<T>(
  values: AsyncIterable<T>,
  note: (error: unknown) => void,
): AsyncGenerator<T> {
  try {
    yield* values;
  } catch (error) {
    note(error);
    throw error;
  }
}

function checkedCount(lines: Uint8Array[], file: ExportFile): Uint8Array[] {
  assertCount(lines.length, file);
  return lines;
}

function assertCount(count: number, { key, itemCount }: ExportFile): void {
  if (count === itemCount) return;
  throw new ExportUnusable(`${key} has ${count} lines, and its manifest says ${itemCount}`);
}

function damaged({ key }: ExportFile, error: unknown): ExportUnusable {
  return new ExportUnusable(`${key} cannot be unzipped: ${messageOf(error)}`);
}
