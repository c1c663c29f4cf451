import { describe, expect, test } from '@jest/globals';
import { progressLines } from '../../../../connector/cli/pull/progress-lines.ts';
import { progressViewOn } from '../../../../connector/cli/pull/progress-view.ts';
import { FakeTerminal } from '../../../support/fake-terminal.ts';
import { progressOf, tableMeter } from './progress-samples.ts';

const four = progressOf([
  tableMeter(),
  tableMeter({ name: 'customers', phase: 'streaming', share: 1, items: 20_000, changes: 12 }),
  tableMeter({ name: 'devices', phase: 'waiting-for-stream', share: 0.2 }),
  tableMeter({ name: 'an-exceedingly-long-name-of-a-table', phase: 'starting', share: 0 }),
]);

describe('progressLines()', () => {
  test('has all there is to know where there is room', () => {
    expect(progressLines(four, new FakeTerminal({ columns: 130 }))).toEqual([
      'orders                   ━━━━━━━━━━━━━━━━━━────────────  62 %  12,402 of 20,000  1,203 items/s   812 kB/s  301 units/s   6 s left',
      'customers                ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 100 % 20,000 items, 12 changes',
      'devices                  ━━━━━━────────────────────────  20 % waits for the stream',
      'an-exceedingly-long-nam… ──────────────────────────────   0 % starting',
      'stream                   4 shards · 0.4 s behind · 12 changes/s · 12,530 documents · 812 kB/s',
    ]);
  });

  test('says that a gap is repaired', () => {
    const lineOf = (keysLeft: number, columns = 100) => {
      const repair = { exportsLeft: 3, keysLeft };
      const table = tableMeter({ phase: 'streaming', share: 1, items: 20, changes: 1, repair });
      return progressLines(progressOf([table]), new FakeTerminal({ columns }))[0];
    };
    expect(lineOf(0)).toMatch(/100 % repairs a gap, 3 exports left, 20 items, 1 change$/);
    expect(lineOf(12_000)).toMatch(/ repairs a gap, 3 exports left, 12,000 keys of one/);
    expect(lineOf(0, 60)).toMatch(/100 % repairs a gap/);
  });

  test('leaves out what matters least on a narrower terminal', () => {
    expect(progressLines(four, new FakeTerminal({ columns: 60 }))[0]).toBe(
      'orders          ━━━━━━─────  62 %  1,203 items/s   6 s left',
    );
    const short = progressOf([tableMeter()]);
    expect(progressLines(short, new FakeTerminal({ columns: 60 }))).toEqual([
      'orders ━━━━━━━━━━━━────────  62 %  1,203 items/s   6 s left',
      'stream 4 shards · 0.4 s behind · 12 changes/s',
    ]);
  });

  test('keeps bar, percentage, speed and time on 40 columns', () => {
    expect(progressLines(four, new FakeTerminal({ columns: 40 }))).toEqual([
      'orders     ━━━━━────  62 % 1.2k/s   6 s',
      'customers  ━━━━━━━━━ 100 % 20,000 items',
      'devices    ━────────  20 % waits for t…',
      'an-exceed… ─────────   0 % starting',
      'stream     4 shards · 0.4 s behind',
    ]);
  });

  test.each([20, 30, 40, 50, 60, 80, 100, 120, 200])('keeps within %d columns', (columns) => {
    const lines = progressLines(four, new FakeTerminal({ columns }));
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  test('shows the tables that have most to tell where not all fit', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      tableMeter(
        index % 2 === 0 ? { name: `done-${index}`, phase: 'streaming' } : { name: `busy-${index}` },
      ),
    );
    const lines = progressLines(progressOf(many), new FakeTerminal({ rows: 10 }));
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      ...['busy-1', 'busy-3', 'busy-5', 'busy-7', 'busy-9', 'busy-11'],
      '…',
      'stream',
    ]);
    expect(lines[6]).toBe('… and 34 more tables, 20 of 40 backfilled');
  });

  test('says how far a stream is behind in the unit that suits', () => {
    const lagOf = (lagMs: number | undefined) =>
      progressLines(progressOf([], { lagMs }), new FakeTerminal())[0];
    expect([lagOf(undefined), lagOf(90_000), lagOf(7_200_000)]).toEqual([
      'stream 4 shards · 12 changes/s · 12,530 documents · 812 kB/s',
      'stream 4 shards · 90 s behind · 12 changes/s · 12,530 documents · 812 kB/s',
      'stream 4 shards · 2 h behind · 12 changes/s · 12,530 documents · 812 kB/s',
    ]);
  });
});

const orders = (share: number) => progressOf([tableMeter({ share })]);

describe('progressViewOn() a terminal', () => {
  test('draws over what it drew, and says above it', () => {
    const terminal = new FakeTerminal();
    const view = progressViewOn(terminal, false);
    view.status('Validating capture configuration');
    expect(terminal.lines).toEqual(['Validating capture configuration …']);
    view.progress(orders(0.25));
    view.say('Something to be kept.');
    view.warn({
      level: 'warn',
      message: 'AWS calls keep failing, still trying',
      fields: { resource: 'table "orders"', attempts: 3 },
    });
    view.progress(orders(0.5));
    view.progress(orders(0.75));
    expect(terminal.lines).toEqual([
      'Something to be kept.',
      'Warning: AWS calls keep failing, still trying (resource: table "orders",',
      'attempts: 3)',
      'orders ━━━━━━━━───  75 %  12,402 of 20,000  1,203 items/s   812 kB/s   6 s left',
      'stream 4 shards · 0.4 s behind · 12 changes/s · 12,530 documents · 812 kB/s',
    ]);
  });

  test('draws anew when the window has become narrower', () => {
    const terminal = new FakeTerminal({ columns: 80 });
    const view = progressViewOn(terminal, false);
    view.progress(orders(0.5));
    terminal.columns = 40;
    view.progress(orders(0.5));
    expect(terminal.lines.every((line) => line.length < 80)).toBe(true);
    expect(terminal.lines.at(-1)).toBe('stream 4 shards · 0.4 s behind');
  });

  test('takes its lines away for others, and leaves the cursor alone', () => {
    const terminal = new FakeTerminal();
    const view = progressViewOn(terminal, false);
    view.progress(orders(0.5));
    view.clear();
    terminal.write('a document\n');
    view.restore();
    expect(terminal.lines.length).toBe(3);
    view.progress(orders(0.6));
    view.clear();
    expect(terminal.lines).toEqual(['a document']);
    // Neither hidden nor kept from wrapping.
    const modes = ['\x1b[?25l', '\x1b[?7l'].filter((mode) => terminal.written.includes(mode));
    expect(modes).toEqual([]);
  });
});

describe.each([
  ['a pipe', new FakeTerminal({ isTerminal: false })],
  ['a terminal in CI', new FakeTerminal({ isAnimated: false })],
])('progressViewOn() %s', (_, terminal) => {
  test('writes a plain line every ten seconds, while there is news', () => {
    const view = progressViewOn(terminal, false);
    view.status('Validating capture configuration');
    view.status('Backfilling "orders" while streaming changes (62 %)');
    for (let atMs = 0; atMs < 41_000; atMs += 250) {
      const documents = Math.min(atMs, 25_000);
      view.progress(progressOf([tableMeter()], { atMs, documents }));
    }
    const sentence = 'Backfilling "orders" while streaming changes (62 %)';
    expect(terminal.written.split('\n')).toEqual([
      'Validating capture configuration',
      sentence,
      `${sentence}: 10,000 documents (1,215/s, 812 kB/s)`,
      `${sentence}: 20,000 documents (1,215/s, 812 kB/s)`,
      `${sentence}: 25,000 documents (1,215/s, 812 kB/s)`,
      '',
    ]);
  });
});

describe('progressViewOn() for machines', () => {
  test('writes an object each second', () => {
    const terminal = new FakeTerminal();
    const view = progressViewOn(terminal, true);
    view.status('Starting "orders"');
    view.say('Stopping.');
    view.warn({ level: 'warn', message: 'Hm', fields: { a: 1 } });
    for (let atMs = 0; atMs < 2000; atMs += 250) view.progress({ ...orders(0.123456), atMs });
    const got = terminal.written.trim().split('\n');
    expect(got.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'status', message: 'Starting "orders"' },
      { event: 'log', level: 'warn', message: 'Hm', fields: { a: 1 } },
      expect.objectContaining({
        event: 'progress',
        at: '1970-01-01T00:00:00.000Z',
        documents: 12_530,
      }),
      expect.objectContaining({
        at: '1970-01-01T00:00:01.000Z',
        tables: [expect.objectContaining({ name: 'orders', share: 0.123, unitsPerSecond: 301 })],
      }),
    ]);
  });
});
