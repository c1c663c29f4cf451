import { describe, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ByteBudget } from '../../../connector/async/byte-budget.ts';
import type { ObjectPart, ObjectRange } from '../../../connector/aws/export-api.ts';
import type { Aws } from '../../../connector/aws/aws.ts';
import { exportLines, type LinePlace } from '../../../connector/repair/export-lines.ts';
import type { ExportFile } from '../../../connector/repair/manifest.ts';
import { ObjectReader } from '../../../connector/repair/object-reader.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { never, retryContext } from '../aws/retry-context.ts';

const kib = 1024;
const mib = 1024 * kib;
/** As random text does not compress, a file is nearly as large as its lines. */
const linesOf = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, index) => `${index} ${randomBytes(bytes / 2).toString('hex')}`);
const zipped = (lines: readonly string[]) =>
  gzipSync(lines.map((line) => `${line}\n`).join(''), { level: 1 });

interface Stored {
  readonly bytes: Buffer;
  readonly lineCount: number;
}

/** A bucket in memory, its files in the order of a manifest; `spoil` may change what is read. */
class Bucket {
  readonly files: ExportFile[];
  readonly ranges: string[] = [];
  readonly firstBudget = new ByteBudget(8 * mib);
  readonly budget = new ByteBudget(24 * mib);
  readonly clock = new FakeClock();
  inFlight = 0;
  inFlightMost = 0;
  readonly #stored: readonly Stored[];
  readonly #spoil: (part: ObjectPart) => ObjectPart;

  constructor(stored: readonly Stored[], spoil: (part: ObjectPart) => ObjectPart = (part) => part) {
    this.#stored = stored;
    this.#spoil = spoil;
    this.files = stored.map(({ bytes, lineCount }, index) => ({
      key: String(index),
      etag: `etag-${index}`,
      md5: createHash('md5').update(bytes).digest('base64'),
      itemCount: lineCount,
    }));
  }

  /** Lines as text, and where one goes on behind the last of them. */
  async lines(start: LinePlace = { file: 0, line: 0 }) {
    const objects = { read: this.#read, recycle: () => undefined, tryWrite: never as never };
    const aws = { retry: retryContext(this.clock), endpoint: 'region us-east-1' } as Aws;
    const reader = new ObjectReader(aws, objects, 'exports');
    const context = { reader, budget: this.budget, firstBudget: this.firstBudget };
    const lines: string[] = [];
    let next: LinePlace = start;
    const all = async () => {
      for await (const line of exportLines(context, this.files, start, never)) {
        lines.push(Buffer.from(line.bytes).toString());
        next = line.next;
      }
    };
    const failure = await all().then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const held = [this.budget.heldBytes, this.firstBudget.heldBytes];
    return { lines, next, failure, held };
  }

  readonly #read = async (range: ObjectRange): Promise<ObjectPart> => {
    const { key, from, length, etag } = range;
    this.inFlight += 1;
    this.inFlightMost = Math.max(this.inFlightMost, this.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    const { bytes } = this.#stored[Number(key)]!;
    this.ranges.push(`${key}:${from}+${length}`);
    const part = bytes.subarray(from, from + length);
    const whole = { bytes: part, totalBytes: bytes.length, isWhole: false, etag };
    return this.#spoil(whole);
  };
}

const stored = (lines: readonly string[]): Stored => ({
  bytes: zipped(lines),
  lineCount: lines.length,
});

describe('exportLines()', () => {
  test('reads a file larger than a range in pieces, each under the etag of the manifest', async () => {
    const lines = linesOf(200, 100 * kib);
    const bucket = new Bucket([stored(lines)]);
    const got = await bucket.lines();
    expect([got.lines.length, got.lines.join() === lines.join()]).toEqual([200, true]);
    const first = 256 * kib;
    const total = zipped(lines).length;
    const pieces = Array.from(
      { length: Math.ceil((total - first) / (4 * mib)) },
      (_, index) => `0:${first + index * 4 * mib}+${4 * mib}`,
    );
    expect(pieces.length).toBeGreaterThan(2);
    expect(bucket.ranges).toEqual([`0:0+${first}`, ...pieces]);
    expect([got.next, got.held]).toEqual([{ file: 1, line: 0 }, [0, 0]]);
  });

  test('goes on within a large file', async () => {
    const lines = linesOf(40, 100 * kib);
    const bucket = new Bucket([stored(['a', 'b']), stored(lines)]);
    const got = await bucket.lines({ file: 1, line: 38 });
    expect(got.lines).toEqual(lines.slice(38));
    expect(bucket.ranges.every((range) => range.startsWith('1:'))).toBe(true);
  });

  test('unzips bit by bit what is small and becomes large', async () => {
    const line = 'x'.repeat(2 * mib);
    const bucket = new Bucket([stored(Array.from({ length: 8 }, () => line))]);
    expect(bucket.files[0]!.itemCount).toBe(8);
    const { lines, held } = await bucket.lines();
    expect([lines.length, lines.every((each) => each === line), held]).toEqual([8, true, [0, 0]]);
    expect(bucket.ranges.length).toBe(1);
  });

  test('reads a file of several members', async () => {
    const bytes = Buffer.concat([zipped(['a']), zipped(['b', 'c']), zipped([])]);
    const { lines } = await new Bucket([{ bytes, lineCount: 3 }]).lines();
    expect(lines).toEqual(['a', 'b', 'c']);
  });

  test('reads tiny files many at a time, in their order, and empty ones never', async () => {
    const files = Array.from({ length: 500 }, (_, index) =>
      stored(index % 5 === 0 ? [] : [`line ${index}`]),
    );
    const bucket = new Bucket(files);
    const { lines, held } = await bucket.lines();
    const want = files.flatMap((_, index) => (index % 5 === 0 ? [] : [`line ${index}`]));
    expect([lines, held]).toEqual([want, [0, 0]]);
    expect(bucket.ranges.length).toBe(400);
    expect(bucket.inFlightMost).toBeGreaterThan(8);
    expect(bucket.inFlightMost).toBeLessThanOrEqual(32);
  });

  const large = linesOf(60, 100 * kib);
  test.each<[string, readonly string[], Buffer, number, string]>([
    ['a small file cut short', ['a'], zipped(['a']).subarray(0, -4), 1, 'cannot be unzipped'],
    ['a large file cut short', large, zipped(large).subarray(0, -9), 60, 'cannot be unzipped'],
    ['a small file that is no gzip', ['a'], Buffer.from('<html>'), 1, 'cannot be unzipped'],
    ['a line too few', ['a'], zipped(['a']), 2, 'has 1 lines, and its manifest says 2'],
    ['a line too many', large, zipped(large), 59, 'has 60 lines, and its manifest says 59'],
  ])('refuses %s, once it has been read twice', async (_, lines, bytes, lineCount, message) => {
    const bucket = new Bucket([{ bytes, lineCount }]);
    const { failure, held } = await bucket.lines();
    expect(failure?.name).toBe('ExportUnusable');
    expect(failure?.message).toContain(message);
    expect(bucket.ranges.filter((range) => range.startsWith('0:0+')).length).toBe(2);
    expect(held).toEqual([0, 0]);
    // The last lines are held back until the whole was found to be right.
    expect((await bucket.lines()).lines.length).toBeLessThan(2 * lines.length);
  });

  test.each([
    ['a small file', ['a', 'b']],
    ['a large file', large],
  ])('reads %s again that came damaged', async (_, lines) => {
    let isDamaged = false;
    const bucket = new Bucket([stored(lines)], (part) => {
      if (isDamaged) return part;
      isDamaged = true;
      const bytes = Buffer.from(part.bytes);
      bytes[bytes.length - 10]! ^= 0xff;
      return { ...part, bytes };
    });
    const got = await bucket.lines();
    expect([got.failure, got.lines.slice(-lines.length).join() === lines.join()]).toEqual([
      undefined,
      true,
    ]);
  });
});
