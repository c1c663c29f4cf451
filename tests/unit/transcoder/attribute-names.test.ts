import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { KeyAttribute } from '../../../connector/table.ts';
import { createTranscoder } from '../../../connector/transcoder/transcoder.ts';
import { attributeValue, style, styledJson } from '../../support/attribute-arbitraries.ts';
import { parseJson, referenceItems, textOf } from '../../support/reference-transcoder.ts';
import { bytesOf, documentsOf, failureOf, framing, pageMeta } from './transcoder-fixtures.ts';

const key: readonly KeyAttribute[] = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'N' },
];

/** One transcoder for all pages, which so learns names. */
function reader(numbers: 'exact' | 'string' = 'exact') {
  const transcoder = createTranscoder({ key, framing, numbers });
  return (body: string) => documentsOf(transcoder.items(bytesOf(body), pageMeta));
}

const normal = (documents: readonly string[]) => documents.map((json) => textOf(parseJson(json)));
const reference = (body: string) => referenceItems(body, key, pageMeta).documents.map(textOf);

describe('names', () => {
  /** Few, so that they come again: of all lengths, and like each other in their first and last bytes. */
  const names = ['a', 'b', 'ab', 'ac', 'pk', 'sk', 'p', 'pkk', 'é', '_meta', '_met', 'abcd', 'q"'];
  const longNames = ['abcdefgh', 'abcdxfgh', 'abcde', 'sk2', 'x'.repeat(253), 'x'.repeat(254)];
  const name = fc.constantFrom(...names, ...longNames);
  const keyValues = { pk: { S: '1' }, sk: { N: '15.5' } };
  const members = fc
    .uniqueArray(fc.tuple(name, attributeValue()), { selector: ([own]) => own, maxLength: 6 })
    .map((entries) => Object.fromEntries(entries));
  const nested = members.map((M) => ({ inside: { M }, list: { L: [{ M }, { M }] } }));
  const items = fc.array(
    fc.tuple(members, nested).map((parts) => Object.assign({}, ...parts, keyValues) as object),
    { maxLength: 4 },
  );

  test('are read as the reference transcoder reads them, page after page', () => {
    const pages = fc.array(fc.tuple(items, style()), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(pages, (page) => {
        const read = reader();
        for (const [Items, choices] of page) {
          const body = styledJson({ Items }, choices);
          expect(normal(read(body))).toEqual(reference(body));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('may be more than there is room for', () => {
    const read = reader();
    const attributes = (count: number, start: string) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`${start}${index}`, { N: `${index}` }]),
      );
    const page = (turn: number) =>
      JSON.stringify({
        Items: [
          {
            ...attributes(400, 'first'),
            ...keyValues,
            byDay: { M: attributes(3000, `d${turn}_`) },
          },
          { ...attributes(900, 'second'), ...keyValues, byDay: { M: attributes(10, 'late') } },
        ],
      });
    for (const turn of [1, 2, 1]) expect(normal(read(page(turn)))).toEqual(reference(page(turn)));
  });

  test.each([
    ['"a":{"N":"1"},"b":{"N":"2"}', '"a":1,"b":2'],
    ['"b":{"N":"3"},"a":{"N":"4"}', '"b":3,"a":4'],
    ['"a" :{"N":"5"},"b": {"N":"6"}', '"a":5,"b":6'],
    ['"b":{"N":"7"},"\\u0061":{"N":"8"},"c":{"N":"9"}', '"b":7,"\\u0061":8,"c":9'],
    ['"a\\ud800":{"N":"1"}', '"a\\ufffd":1'],
  ])('are copied as they lie: %s', (attributes, want) => {
    const read = reader();
    const before = `{"Items":[{"pk":{"S":"k"},"sk":{"N":"1"},"a":{"N":"0"},"b":{"N":"0"}}]}`;
    const body = `{"Items":[{"pk":{"S":"k"},"sk":{"N":"1"},${attributes}}]}`;
    for (const page of [before, body, body, before, body]) read(page);
    expect(read(body)[0]).toContain(`{"pk":"k","sk":"1",${want},"_meta"`);
  });

  test('of a key decide how its numbers are written, in a map they do not', () => {
    const body = `{"Items":[{"sk":{"N":"1.50"},"pk":{"S":"k"},"m":{"M":{"sk":{"N":"1.50"},"x":{"N":"2"}}}}]}`;
    const read = reader();
    for (const page of [body, body]) {
      expect(read(page)[0]).toContain('{"sk":"1.5","pk":"k","m":{"sk":1.5,"x":2},"_meta"');
    }
    const readAsText = reader('string');
    for (const page of [body, body]) {
      expect(readAsText(page)[0]).toContain(
        '{"sk":"1.5","pk":"k","m":{"sk":"1.5","x":"2"},"_meta"',
      );
    }
  });

  test.each(['{"BOOL":false}', '{"NULL":true}', '{"M":{"n":{"N":"1"}}}', '{"SS":["a","b"]}'])(
    'are not read beyond a page that is cut in front of %s',
    (value) => {
      const body = `{"Items":[{"pk":{"S":"k"},"sk":{"N":"1"},"${'long'.repeat(40)}":${value}}]}`;
      const read = reader();
      expect(normal(read(body))).toEqual(reference(body));
      for (let end = 0; end < body.length; end++) {
        const [code] = failureOf(() => read(body.slice(0, end))) ?? [];
        expect([end, code]).toEqual([end, 'response-invalid']);
      }
    },
  );
});
