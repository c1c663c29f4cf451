/**
 * How fast responses become documents, alone, without network and output, per second of one core. Bundle it with `npm run tool --
 * tests/bench/transcoder.ts` and run `node build/transcoder.js`; a shape's name as argument runs only that one.
 */

import { createTranscoder } from '../../connector/transcoder/transcoder.ts';
import { seededRandom } from '../support/seeded-random.ts';

const key = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'N' },
] as const;
const framing = {
  head: Buffer.from('{"captured":{"binding":0,"doc":'),
  tail: Buffer.from('}}\n'),
  seal: (_: unknown, __: unknown, end: number) => end,
};
const pageMeta = { epoch: '2026-08-21T10:00:00.000Z', scannedAt: '2026-08-21T10:00:01.000Z' };
const recordRules = {
  skipBeforeMs: 0,
  afterSequenceNumber: '1',
  expandDeletesBeforeMs: 0,
};

/** Several, so that neither the branches nor the caches know the page by heart. */
const pagesPerShape = 4;
const pageBytes = 1_700_000;
const secondsPerRound = 0.3;
const rounds = 7;

const random = seededRandom(1);
const below = (end: number) => Math.floor(random() * end);
const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
const words = 'order shipped eu-west-1 alpha beta gamma customer invoice pending closed'.split(' ');
const text = (length: number) => {
  let result = '';
  while (result.length < length) result += `${pick(words)} `;
  return result.slice(0, length);
};
const digits = (count: number) =>
  String(1 + below(9)) + Array.from({ length: count - 1 }, () => below(10)).join('');
const base64 = (bytes: number) =>
  Buffer.from(Array.from({ length: bytes }, () => below(256))).toString('base64');
const keyOf = () => ({ pk: { S: `customer#${digits(8)}` }, sk: { N: digits(10) } });

const smallItem = () => ({
  ...keyOf(),
  status: { S: pick(words) },
  createdAt: { S: '2026-08-21T10:00:00.000Z' },
  updatedAt: { N: `17${digits(8)}` },
  email: { S: `${text(6).trim()}@example.com` },
  amount: { N: `${digits(3)}.${below(9)}5` },
  active: { BOOL: random() < 0.5 },
  deletedAt: { NULL: true },
  tags: { SS: [pick(words), 'x'] },
  title: { S: text(40 + below(40)) },
  address: { M: { city: { S: text(10) }, zip: { S: digits(5) } } },
});

const nestedItem = () => ({
  ...keyOf(),
  lines: {
    L: Array.from({ length: 16 }, () => ({
      M: {
        sku: { S: digits(12) },
        quantity: { N: digits(2) },
        price: { M: { amount: { N: `${digits(2)}.99` }, currency: { S: 'EUR' } } },
        note: { S: text(below(120)) },
        flags: { L: [{ BOOL: true }, { NULL: true }, { S: 'a' }] },
      },
    })),
  },
});

const numberItem = () => ({
  ...keyOf(),
  readings: { L: Array.from({ length: 20 }, () => ({ N: `${digits(2)}.${below(1000)}7` })) },
  totals: { NS: [digits(4), digits(9), digits(17)] },
  latitude: { N: String(random() * 90) },
  longitude: { N: String(random() * 180) },
  exact: { N: digits(38) },
  ...Object.fromEntries(
    Array.from({ length: 10 }, (_, i) => [`m${i}`, { N: digits(1 + below(8)) }]),
  ),
});

const hugeItem = () => ({
  ...keyOf(),
  html: { S: text(150_000) },
  quoted: { S: text(60_000).replaceAll(' al', '"\n') },
  blob: { B: base64(70_000) },
});

const scanPage = (item: () => object) => (count: number) =>
  JSON.stringify({ Count: count, Items: Array.from({ length: count }, item) });

const recordPage = (count: number) =>
  JSON.stringify({
    NextShardIterator: base64(150),
    Records: Array.from({ length: count }, (_, index) => ({
      awsRegion: 'eu-west-1',
      dynamodb: {
        ApproximateCreationDateTime: 1787306400 + (index >> 5),
        Keys: keyOf(),
        NewImage: smallItem(),
        OldImage: smallItem(),
        SequenceNumber: digits(24),
        SizeBytes: 800,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventID: digits(32),
      eventName: 'MODIFY',
      eventSource: 'aws:dynamodb',
      eventVersion: '1.1',
    })),
  });

const shapes: readonly (readonly [name: string, page: (count: number) => string])[] = [
  ['small', scanPage(smallItem)],
  ['nested', scanPage(nestedItem)],
  ['numbers', scanPage(numberItem)],
  ['huge', scanPage(hugeItem)],
  ['records', recordPage],
];

function pagesOf(page: (count: number) => string): Uint8Array[] {
  const count = Math.max(1, Math.round(pageBytes / page(1).length));
  return Array.from({ length: pagesPerShape }, () => Buffer.from(page(count)));
}

interface Round {
  readonly bytesPerSecond: number;
  readonly documentsPerSecond: number;
  readonly outputRatio: number;
}

function runRound(transcode: (page: Uint8Array) => number[], pages: readonly Uint8Array[]): Round {
  let [bytes, documents, output] = [0, 0, 0];
  const start = process.cpuUsage();
  let seconds = 0;
  while (seconds < secondsPerRound) {
    for (const page of pages) {
      const [count = 0, length = 0] = transcode(page);
      bytes += page.length;
      documents += count;
      output += length;
    }
    const { user, system } = process.cpuUsage(start);
    seconds = (user + system) / 1e6;
  }
  return {
    bytesPerSecond: bytes / seconds,
    documentsPerSecond: documents / seconds,
    outputRatio: output / bytes,
  };
}

function median(rounds: readonly Round[]): Round {
  return [...rounds].sort((a, b) => a.bytesPerSecond - b.bytesPerSecond)[rounds.length >> 1]!;
}

const columns = [9, 12, 10, 14, 20, 14];
const printRow = (cells: readonly string[]) => {
  console.log(cells.map((cell, index) => cell.padStart(columns[index]!)).join(''));
};

printRow(['shape', 'item bytes', 'MB/s', 'JSON.parse', '1,000 documents/s', 'output/input']);
for (const [name, page] of shapes) {
  if (process.argv[2] !== undefined && process.argv[2] !== name) continue;
  const pages = pagesOf(page);
  const transcoder = createTranscoder({ key, framing });
  const transcode = (body: Uint8Array) => {
    const documents =
      name === 'records'
        ? transcoder.records(body, pageMeta, recordRules)
        : transcoder.items(body, pageMeta);
    documents.release();
    return [documents.count, documents.bytes.length];
  };
  // A yardstick for a noisy machine: no way of reading a page could be simpler.
  const parse = (body: Uint8Array) => [
    Object.keys(JSON.parse(Buffer.from(body).toString()) as object).length,
  ];
  const results: [Round, Round][] = Array.from({ length: rounds }, () => [
    runRound(transcode, pages),
    runRound(parse, pages),
  ]);
  const ours = median(results.map(([round]) => round));
  const theirs = median(results.map(([, round]) => round));
  printRow([
    name,
    String(Math.round(ours.bytesPerSecond / ours.documentsPerSecond)),
    String(Math.round(ours.bytesPerSecond / 1e6)),
    String(Math.round(theirs.bytesPerSecond / 1e6)),
    (ours.documentsPerSecond / 1000).toFixed(1),
    ours.outputRatio.toFixed(2),
  ]);
}
