import { describe, expect, test } from '@jest/globals';
import { LineReader } from '../../../connector/repair/line-reader.ts';
import { assertMd5, parseFiles, parseSummary } from '../../../connector/repair/manifest.ts';

const expected = {
  exportArn: 'arn:export',
  tableId: 'table-1',
  window: { fromSeconds: 1_764_000_000, toSeconds: 1_764_000_900 },
};
const summary = {
  version: '2023-08-01',
  exportArn: 'arn:export',
  tableId: 'table-1',
  exportType: 'INCREMENTAL_EXPORT',
  outputFormat: 'DYNAMODB_JSON',
  exportFromTime: '2025-11-24T16:00:00.000Z',
  exportToTime: '2025-11-24T16:15:00.000Z',
  itemCount: 3,
};
const key = 'a/AWSDynamoDB/1/manifest-summary.json';
const parse = (change: object) =>
  parseSummary(JSON.stringify({ ...summary, ...change }), key, expected);

describe('parseSummary()', () => {
  test('finds the list of files beside it', () => {
    expect(parse({})).toEqual({ filesKey: 'a/AWSDynamoDB/1/manifest-files.json', itemCount: 3 });
  });

  test.each([
    ['another export', { exportArn: 'arn:other' }, 'exportArn arn:other'],
    ['another table', { tableId: 'table-2' }, 'tableId table-2'],
    ['a full export', { exportType: undefined }, 'exportType undefined'],
    [
      'another window',
      { exportToTime: '2025-11-24T17:00:00Z' },
      'exportToTime 2025-11-24T17:00:00Z',
    ],
  ])('refuses %s', (_, change, why) => {
    expect(() => parse(change)).toThrow(`${key} is not that of the requested export: ${why}`);
  });
});

describe('parseFiles()', () => {
  const line = { dataFileS3Key: 'k', md5Checksum: 'm', etag: '"e-1"', itemCount: 2 };
  const lines = `${JSON.stringify(line)}\n${JSON.stringify({ ...line, itemCount: 1 })}\n`;

  test('reads a line for each file', () => {
    const file = { key: 'k', md5: 'm', etag: 'e-1' };
    const got = parseFiles(lines, { filesKey: 'f', itemCount: 3 });
    expect(got).toEqual([
      { ...file, itemCount: 2 },
      { ...file, itemCount: 1 },
    ]);
  });

  test('refuses files that do not add up', () => {
    expect(() => parseFiles(lines, { filesKey: 'f', itemCount: 4 })).toThrow(
      'f lists 3 items, and its summary 4',
    );
  });
});

test('assertMd5() refuses other bytes', () => {
  expect(() => {
    assertMd5(Buffer.from('abc'), 'kAFQmDzST7DWlj99KOF/cg==', 'k');
  }).not.toThrow();
  expect(() => {
    assertMd5(Buffer.from('abd'), 'kAFQmDzST7DWlj99KOF/cg==', 'k');
  }).toThrow('k does not match its MD5');
});

test('LineReader takes lines out of pieces of any size', () => {
  const text = Buffer.from('{"a":1}\n{"bé":2}\n\n{"c":3}');
  for (let size = 1; size <= text.length; size += 1) {
    const reader = new LineReader();
    const lines: Uint8Array[] = [];
    for (let at = 0; at < text.length; at += size)
      lines.push(...reader.push(text.subarray(at, at + size)));
    lines.push(...reader.end());
    expect(lines.map((line) => Buffer.from(line).toString())).toEqual([
      '{"a":1}',
      '{"bé":2}',
      '{"c":3}',
    ]);
  }
});
