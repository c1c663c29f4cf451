/** Responses made once, of which only the few bytes that must differ are written anew. */

import { crc32 } from 'node:zlib';
import { itemBytes, ItemMaker, type ShapeName } from './shapes.ts';

/** A page of Scan or GetRecords ends at 1 MB of items, as DynamoDB counts. */
const pageItemBytes = 1024 * 1024;
const pageRecordsMax = 1000;
/** Several, so that neither branches nor caches know a page by heart. */
const pageCount = 4;
/** Of a number that grows from record to record; more records are never served. */
const counterDigits = 9;
const counterMark = '#'.repeat(counterDigits);
/** Buffers of responses on their way, kept for the next ones: fresh memory costs more than filling it. */
const spareBuffersMax = 64;

/** A response in two pieces. */
export interface PreparedPage {
  readonly head: Buffer;
  readonly tail: Buffer;
  /** Of both, as DynamoDB's `x-amz-crc32` header has it. */
  readonly checksum: number;
  readonly count: number;
}

/** Pages of items: the items stay the same, the key to go on at differs. */
export class ScanPages {
  /** Whole responses without `LastEvaluatedKey`, for those who need no server. */
  readonly bodies: readonly Buffer[];
  readonly #pages: readonly { head: Buffer; headChecksum: number; count: number }[];
  #next = 0;

  constructor(shape: ShapeName) {
    const maker = new ItemMaker(1);
    this.#pages = Array.from({ length: pageCount }, () => {
      const items = fill(() => maker.item(shape), itemBytes, Infinity);
      const units = { CapacityUnits: 256, TableName: 'bench' };
      const counts = `"ScannedCount":${items.length},"Count":${items.length}`;
      const head = Buffer.from(
        `{"ConsumedCapacity":${JSON.stringify(units)},${counts},"Items":${JSON.stringify(items)}`,
      );
      return { head, headChecksum: crc32(head), count: items.length };
    });
    this.bodies = this.#pages.map(({ head }) => Buffer.concat([head, Buffer.from('}')]));
  }

  /** A page after which the segment goes on at `place`, or ends where there is none. */
  page(place: string | undefined): PreparedPage {
    const { head, headChecksum, count } = this.#pages[this.#next++ % pageCount]!;
    const key = { pk: { S: place }, sk: { N: '1' } };
    const tail = Buffer.from(
      place === undefined ? '}' : `,"LastEvaluatedKey":${JSON.stringify(key)}}`,
    );
    return { head, tail, checksum: crc32(tail, headChecksum), count };
  }
}

/** Pages of records with both images: every record has a key and a sequence number of its own. */
export class RecordPages {
  readonly #pages: readonly { head: Buffer; marks: Int32Array; count: number }[];
  readonly #spare: Buffer[] = [];
  /** The last record's number. */
  #number = 0;
  #next = 0;

  constructor(shape: ShapeName) {
    const maker = new ItemMaker(2);
    // A little ahead, so that no connector finds itself behind while the benchmark runs.
    const createdAt = Math.floor(Date.now() / 1000) + 300;
    this.#pages = Array.from({ length: pageCount }, () => {
      const records = fill(
        () => record(maker, shape, createdAt),
        ({ dynamodb: { NewImage, OldImage } }) => itemBytes(NewImage) + itemBytes(OldImage),
        pageRecordsMax,
      );
      const head = Buffer.from(`{"Records":${JSON.stringify(records)}`);
      return { head, marks: marksIn(head), count: records.length };
    });
  }

  /** A page that no shard has given before; `release` must follow once it is sent. */
  page(nextIterator: string): PreparedPage {
    const { head, marks, count } = this.#pages[this.#next++ % pageCount]!;
    const fresh = this.#spare.pop() ?? Buffer.allocUnsafeSlow(largestOf(this.#pages));
    head.copy(fresh);
    // Four marks to a record: in each of its images, its key and its sequence number.
    for (let mark = 0; mark < marks.length; mark += 4) {
      this.#number += 1;
      for (let nth = 0; nth < 4; nth += 1) writeDigits(fresh, marks[mark + nth]!, this.#number);
    }
    const full = fresh.subarray(0, head.length);
    const tail = Buffer.from(`,"NextShardIterator":${JSON.stringify(nextIterator)}}`);
    return { head: full, tail, checksum: crc32(tail, crc32(full)), count };
  }

  release({ head }: PreparedPage): void {
    if (this.#spare.length < spareBuffersMax) this.#spare.push(Buffer.from(head.buffer));
  }
}

/** Elements until a page is full. */
function fill<T>(make: () => T, sizeOf: (element: T) => number, countMax: number): T[] {
  const elements: T[] = [];
  for (let bytes = 0; bytes < pageItemBytes && elements.length < countMax;) {
    const element = make();
    bytes += sizeOf(element);
    elements.push(element);
  }
  return elements;
}

function record(maker: ItemMaker, shape: ShapeName, createdAt: number) {
  const mark = { pk: { S: `customer_${counterMark}` } };
  const image = () => ({ ...maker.item(shape), ...mark });
  const NewImage = image() as ReturnType<typeof image> & { sk: object };
  return {
    eventID: 'c4ca4238a0b923820dcc509a6f75849b',
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      ApproximateCreationDateTime: createdAt,
      Keys: { ...mark, sk: NewImage.sk },
      NewImage,
      OldImage: { ...image(), sk: NewImage.sk },
      SequenceNumber: `100000000000000${counterMark}`,
      SizeBytes: 800,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}

function marksIn(bytes: Buffer): Int32Array {
  const marks: number[] = [];
  for (let at = bytes.indexOf(counterMark); at >= 0; at = bytes.indexOf(counterMark, at + 1)) {
    marks.push(at);
  }
  return Int32Array.from(marks);
}

function writeDigits(bytes: Buffer, start: number, number: number): void {
  let left = number;
  for (let at = start + counterDigits - 1; at >= start; at -= 1) {
    const next = (left / 10) | 0;
    bytes[at] = 0x30 + left - next * 10;
    left = next;
  }
}

const largestOf = (pages: readonly { readonly head: Buffer }[]) =>
  Math.max(...pages.map(({ head }) => head.length));
