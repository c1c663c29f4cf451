import { describe, expect, test } from '@jest/globals';
import { noCounts } from '../../../../connector/cli/pull/document-counts.ts';
import {
  continueCommand,
  summaryJson,
  summaryText,
  type PullResult,
} from '../../../../connector/cli/pull/pull-summary.ts';
import type { PullOptions } from '../../../../connector/cli/pull/pull-options.ts';
import { FakeTerminal } from '../../../support/fake-terminal.ts';

const options: PullOptions = {
  source: 'flow.yaml',
  capture: undefined,
  state: undefined,
  until: 'caught-up',
  reduce: false,
  output: '-',
  limit: undefined,
  json: false,
  format: 'flow',
  table: [],
  region: undefined,
  endpoint: undefined,
};

const counts = [
  { ...noCounts(), scanned: 20_000, inserts: 12, updates: 5, bytes: 9_100_000 },
  { ...noCounts(), scanned: 5000, deletes: 3, bytes: 2_300_000 },
  noCounts(),
];

function resultOf(given: Partial<PullResult> = {}, changed: Partial<PullOptions> = {}): PullResult {
  const names = ['orders', 'customers', 'devices'];
  return {
    options: { ...options, ...changed },
    capture: {
      name: 'acmeCo/try',
      config: {},
      bindings: [],
      filesRead: [],
      tableNames: names,
      collections: names.map((name) => ({ name: `acmeCo/${name}`, key: [], schema: {} })),
    },
    commits: { counts, documentCount: 25_020, uncoveredCount: 0, keptTables: [] },
    rowCount: undefined,
    end: 'caught-up',
    seconds: 13.2,
    ...given,
  };
}

const linesOf = (result: PullResult, columns = 80) =>
  summaryText(result, new FakeTerminal({ columns })).trimEnd().split('\n');

describe('summaryText()', () => {
  test('counts the documents of each table that had any', () => {
    expect(linesOf(resultOf())).toEqual([
      '✓ 25,020 documents in 13 s (backfilled and caught up)',
      'table      scanned  inserts  updates  deletes     size',
      'orders      20,000       12        5        0   9.1 MB',
      'customers    5,000        0        0        3   2.3 MB',
      'all         25,000       12        5        3  11.4 MB',
      'Nothing was stored to continue from; --state <file> does that.',
    ]);
  });

  test('keeps within 40 columns, and leaves out what is none', () => {
    expect(linesOf(resultOf(), 40)).toEqual([
      '✓ 25,020 documents in 13 s (backfilled',
      'and caught up)',
      ...['orders', '  scanned  20,000', '  inserts  12', '  updates  5', '  size     9.1 MB'],
      ...['customers', '  scanned  5,000', '  deletes  3', '  size     2.3 MB'],
      ...['all', '  scanned  25,000', '  inserts  12', '  updates  5', '  deletes  3'],
      '  size     11.4 MB',
      'Nothing was stored to continue from;',
      '--state <file> does that.',
    ]);
  });

  test('says how to continue, and what the limit has cut', () => {
    const commits = {
      counts: [noCounts()],
      documentCount: 0,
      uncoveredCount: 7,
      keptTables: ['a', 'b', 'c', 'd', 'e', 'f'],
    };
    const given = { commits, end: 'limit', seconds: 0.4 } as const;
    const changed = { state: 'pull.json', limit: 7, until: undefined };
    const cut = 'The last 7 documents come after the last checkpoint: a continued run';
    const [first, ...more] = linesOf(resultOf(given, changed), 72);
    expect(first).toBe('✓ 0 documents in < 1 s (the limit is reached)');
    expect(more).toEqual([
      cut,
      'prints them again.',
      'pull.json keeps the positions of 6 tables that this run did not capture:',
      'a, b, c, d, e and 1 more.',
      'Continue with:',
      'source-dynamodb pull --state pull.json --limit 7',
    ]);
    const toFile = linesOf(resultOf(given, { ...changed, output: 'a b.jsonl' }), 72);
    expect(toFile.slice(1, 3)).toEqual([cut, 'replaces them.']);
  });

  test('counts the rows of a reduced collection', () => {
    expect(linesOf(resultOf({ rowCount: 24_997, end: 'interrupted' }))[0]).toBe(
      '✓ 25,020 documents in 13 s, reduced to 24,997 rows (stopped)',
    );
  });
});

describe('summaryJson()', () => {
  test('has the same for machines', () => {
    expect(summaryJson(resultOf({}, { state: 'pull.json', json: true }))).toMatchObject({
      event: 'summary',
      capture: 'acmeCo/try',
      end: 'caught-up',
      seconds: 13.2,
      documents: 25_020,
      tables: [
        { table: 'orders', collection: 'acmeCo/orders', scanned: 20_000, deletes: 0 },
        { table: 'customers', collection: 'acmeCo/customers', scanned: 5000, deletes: 3 },
        { table: 'devices', collection: 'acmeCo/devices', scanned: 0, deletes: 0 },
      ],
      continue: 'source-dynamodb pull --state pull.json --until caught-up --json',
    });
  });
});

describe('continueCommand()', () => {
  test('gives every option as a shell takes it', () => {
    const all: PullOptions = {
      source: 'flows/a b.yaml',
      capture: 'acmeCo/try',
      state: "it's.json",
      until: 'backfilled',
      reduce: true,
      output: 'rows.jsonl',
      limit: 10,
      json: true,
      format: 'csv',
      table: ['a', 'b*'],
      region: 'eu-west-1',
      endpoint: undefined,
    };
    expect(continueCommand(all)).toBe(
      "source-dynamodb pull --source 'flows/a b.yaml' --capture acmeCo/try --region eu-west-1 " +
        "--table a --table 'b*' --state 'it'\\''s.json' " +
        '--until backfilled --reduce --format csv --output rows.jsonl --limit 10 --json',
    );
  });
});
