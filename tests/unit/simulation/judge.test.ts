/** The judge must see what it is there for: histories are falsified between the connector and Flow. */

import { describe, expect, jest, test } from '@jest/globals';
import { kindOf } from '../../simulation/judge.ts';
import { Stage } from '../../simulation/scripted.ts';
import { keepWriting } from '../../simulation/stories/writers.ts';

jest.setTimeout(120_000);

interface Meta {
  readonly op: string;
  readonly snapshot: boolean;
}

interface Line {
  readonly text: string;
  /** Absent in what is no document. */
  readonly meta: Meta | undefined;
  /** Documents of the same kind before it. */
  readonly index: number;
}

/** What becomes of a line of the connector's output; the lines kept back come at the next checkpoint. */
type Forgery = (line: Line, keptBack: string[]) => readonly string[];

const isDocument = ({ meta }: Line, op: string, snapshot = false) =>
  meta?.op === op && meta.snapshot === snapshot;
const isCheckpoint = ({ meta }: Line) => meta === undefined;
const isNth = (line: Line, op: string, index: number, snapshot = false) =>
  isDocument(line, op, snapshot) && line.index === index;

/** Plays a backfill with changes, and gives the kinds of broken promises that the judge finds in it. */
async function judgedWith(forgery: Forgery): Promise<string[]> {
  const stage = new Stage({
    tables: [{ itemCount: 12 }],
    advanced: { backfillSegments: 2, scanLimit: 3 },
  });
  const { flow } = stage;
  const receive = flow.receive.bind(flow);
  const counts = new Map<string, number>();
  const keptBack: string[] = [];
  flow.receive = (bytes) => {
    const lines = Buffer.from(bytes).toString().split('\n').filter(Boolean);
    const forged = lines.flatMap((text) => {
      const { captured } = JSON.parse(text) as { captured?: { doc: { _meta: Meta } } };
      const meta = captured?.doc._meta;
      const kind = `${meta?.op ?? ''} ${meta?.snapshot === true}`;
      const index = counts.get(kind) ?? 0;
      counts.set(kind, index + 1);
      return forgery({ text, meta, index }, keptBack);
    });
    if (forged.length > 0) receive(Buffer.from(`${forged.join('\n')}\n`));
  };
  const violations = await stage.play(async () => {
    stage.start();
    await stage.untilBackfilled();
    await keepWriting(stage, { everyMs: 500, count: 30 });
    return stage.judged();
  });
  return [...new Set(violations.map(kindOf))].sort();
}

const forgeries: readonly [string, Forgery, readonly string[]][] = [
  ['nothing', ({ text }) => [text], []],
  ['a change that is missing', (line) => (isNth(line, 'u', 3) ? [] : [line.text]), ['omission']],
  ['a delete that is missing', (line) => (isNth(line, 'd', 1) ? [] : [line.text]), ['omission']],
  [
    'a scanned item that is missing',
    (line) => (isNth(line, 'c', 11, true) ? [] : [line.text]),
    ['divergence'],
  ],
  [
    'a change that comes twice',
    (line) => (isNth(line, 'u', 3) ? [line.text, line.text] : [line.text]),
    ['repetition'],
  ],
  [
    'a scanned item that comes twice',
    (line) => (isNth(line, 'c', 3, true) ? [line.text, line.text] : [line.text]),
    ['repetition'],
  ],
  [
    'a value that is another',
    (line) => [isNth(line, 'u', 3) ? line.text.replace(/ of (\d+)"/, ' of x$1"') : line.text],
    ['untruth'],
  ],
  [
    'an old image that is another',
    (line) => [
      isNth(line, 'u', 3) ? line.text.replace(/("before":\{.*?"v":)\d+/, '$11') : line.text,
    ],
    ['untruth'],
  ],
  [
    'a checkpoint before its documents',
    (line, keptBack) => {
      if (isNth(line, 'u', 3)) {
        keptBack.push(line.text);
        return [];
      }
      if (isCheckpoint(line)) return [line.text, ...keptBack.splice(0)];
      return [line.text];
    },
    ['checkpoint'],
  ],
  [
    'a delete that is no delete',
    (line) => [line.text.replace('"op":"d"', '"op":"u"')],
    ['omission', 'untruth'],
  ],
  [
    'changes of an older epoch',
    (line) => [
      isNth(line, 'u', 3) ? line.text.replace(/"epoch":"2026/, '"epoch":"2025') : line.text,
    ],
    ['order'],
  ],
];

describe('judge()', () => {
  test.each(forgeries)('finds %s', async (_, forgery, want) => {
    const got = await judgedWith(forgery);
    expect(got.filter((kind) => want.includes(kind))).toEqual(want);
    if (want.length === 0) expect(got).toEqual([]);
  });

  test('finds a scanned item that comes after its change, and one that comes back after its delete', async () => {
    const scanned: string[] = [];
    const got = await judgedWith((line) => {
      if (isDocument(line, 'c', true)) scanned.push(line.text);
      // Everything scanned comes again, long after.
      return isNth(line, 'd', 2) ? [line.text, ...scanned.splice(0)] : [line.text];
    });
    expect(got).toEqual(expect.arrayContaining(['order', 'repetition']));
  });
});
