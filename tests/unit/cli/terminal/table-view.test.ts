import { describe, expect, test } from '@jest/globals';
import stringWidth from 'string-width';
import {
  elided,
  renderTable,
  wrapped,
  type Column,
} from '../../../../connector/cli/terminal/table-view.ts';
import { fakeTerminal } from '../memory-files.ts';

const columns: readonly Column[] = [
  { header: 'Table', widthMin: 12 },
  { header: 'Items', align: 'right' },
  { header: 'Key', widthMin: 8 },
  { header: 'View type' },
  { header: 'Verdict' },
];
const rows = [
  ['orders-of-last-year', '1,204,331', 'customer (N), placedAt (S)', 'NEW_IMAGE', '✓ captured'],
  ['users', '0', '名前 (S)', '', '✗ no stream'],
];
const render = (width: number) => renderTable(columns, rows, fakeTerminal(width)).split('\n');

describe('renderTable()', () => {
  test('keeps columns apart where there is room', () => {
    expect(render(120)).toEqual([
      'Table                    Items  Key                         View type  Verdict',
      'orders-of-last-year  1,204,331  customer (N), placedAt (S)  NEW_IMAGE  ✓ captured',
      'users                        0  名前 (S)                               ✗ no stream',
    ]);
  });

  test('shortens what may be shortened on a narrower terminal', () => {
    expect(render(80)).toEqual([
      'Table                    Items  Key                       View type  Verdict',
      'orders-of-last-year  1,204,331  customer (N), placedAt …  NEW_IMAGE  ✓ captured',
      'users                        0  名前 (S)                             ✗ no stream',
    ]);
  });

  test('gives each row lines of its own where columns do not fit', () => {
    expect(render(40)).toEqual([
      'orders-of-last-year',
      '  Items      1,204,331',
      '  Key        customer (N), placedAt (S)',
      '  View type  NEW_IMAGE',
      '  Verdict    ✓ captured',
      'users',
      '  Items      0',
      '  Key        名前 (S)',
      '  Verdict    ✗ no stream',
    ]);
  });

  test.each([10, 20, 30, 40, 55, 60, 66, 70, 80, 82, 120])('stays within %i columns', (width) => {
    const tooLong = render(width).filter((line) => stringWidth(line) > Math.max(width, 14));
    expect(tooLong).toEqual([]);
  });

  test('has lines of any length where there is no terminal', () => {
    expect(render(Infinity)).toEqual(render(120));
  });
});

describe('wrapped()', () => {
  test('breaks between words, and never within one', () => {
    expect(wrapped('a bb ccc https://long.example dd', 8)).toEqual([
      'a bb ccc',
      'https://long.example',
      'dd',
    ]);
  });
});

describe('elided()', () => {
  test.each<[string[], number, string[]]>([
    [['orders', 'users'], 6, ['orders', 'users']],
    [['prod-west-orders-v1', 'prod-west-orders-v2'], 11, ['prod-…rs-v1', 'prod-…rs-v2']],
    [['a-long-start-x-end-end', 'a-long-start-y-end-end'], 9, ['a…end-end', 'a…end-end']],
    [['x-start-in-common-end', 'y-start-in-common-end'], 9, ['x-st…-end', 'y-st…-end']],
  ])('keeps %j apart, where that can be', (names, width, want) => {
    const got = elided(names, width);
    expect(got.map((name) => name.length)).toEqual(want.map((name) => name.length));
    if (new Set(want).size === names.length) expect(got).toEqual(want);
  });

  test('looks for the place that tells names apart', () => {
    const names = ['aaaaaaaaaa-1-bbbbbbbbbbbbbb', 'aaaaaaaaaa-2-bbbbbbbbbbbbbb'];
    expect(elided(names, 20)).toEqual(
      ['aaaa…-1-bbbbbbbbbbbbbb', 'x'].map(() => expect.stringMatching(/-[12](?:-|…)/)),
    );
  });
});
