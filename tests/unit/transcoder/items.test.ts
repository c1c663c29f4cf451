import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { KeyAttribute } from '../../../connector/table.ts';
import { createTranscoder } from '../../../connector/transcoder/transcoder.ts';
import { deepValue, item, style, styledJson } from '../../support/attribute-arbitraries.ts';
import { parseJson, referenceItems, textOf } from '../../support/reference-transcoder.ts';
import { bytesOf, documentsOf, failureOf, framing, pageMeta } from './transcoder-fixtures.ts';

const stringKey: readonly KeyAttribute[] = [{ name: 'pk', type: 'S' }];
const pairKey: readonly KeyAttribute[] = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'N' },
];
const meta =
  '"_meta":{"op":"c","snapshot":true,"epoch":"2026-08-21T10:00:00.000Z","scannedAt":"2026-08-21T10:00:01.000Z"';

function transcode(body: string, key = stringKey) {
  return createTranscoder({ key, framing }).items(bytesOf(body), pageMeta);
}

/** The attribute `a`, as the document has it. */
function valueOf(json: string): string {
  const body = `{"Items":[{"pk":{"S":"k"},"a":${json}}]}`;
  const [document = ''] = documentsOf(transcode(body));
  const prefix = '{"pk":"k","a":';
  expect(document.startsWith(prefix) && document.endsWith(`,${meta}}}`)).toBe(true);
  return document.slice(prefix.length, -`,${meta}}}`.length);
}

describe('items() values', () => {
  const cases: readonly (readonly [value: string, want: string])[] = [
    ['{"S":"x"}', '"x"'],
    ['{"S":""}', '""'],
    ['{"S":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000"}', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000"'],
    ['{"S":"é中😀\u2028\u007f"}', '"é中😀\u2028\u007f"'],
    ['{"S":"\\uD83D\\uDE00"}', '"\\uD83D\\uDE00"'],
    ['{"S":"a\\ud83d"}', '"a\\ufffd"'],
    ['{"S":"\\ude00\\ud83d\\n"}', '"\\ufffd\\ufffd\\n"'],
    ['{"S":"\\ud83d\\u0041"}', '"\\ufffd\\u0041"'],
    ['{"N":"0"}', '0'],
    ['{"N":"-1.5"}', '-1.5'],
    ['{"N":"123456789012345"}', '123456789012345'],
    ['{"N":"9223372036854775807"}', '9223372036854775807'],
    ['{"N":"-9223372036854775809"}', '"-9223372036854775809"'],
    ['{"N":"12345678901234567890123456789012345678"}', '"12345678901234567890123456789012345678"'],
    ['{"N":"0.30000000000000004"}', '0.30000000000000004'],
    ['{"N":"0.1234567890123456789"}', '"0.1234567890123456789"'],
    ['{"N":"1.0"}', '1'],
    ['{"N":"-0"}', '0'],
    ['{"N":"-0.0"}', '0'],
    ['{"N":"007"}', '7'],
    ['{"N":"+5"}', '5'],
    ['{"N":"1E+2"}', '100'],
    ['{"N":"1E-7"}', '0.0000001'],
    ['{"N":"\\u0031\\u0030"}', '10'],
    [`{"N":"1E125"}`, `1${'0'.repeat(125)}`],
    ['{"B":"/+8="}', '"/+8="'],
    ['{"B":""}', '""'],
    ['{"BOOL":true}', 'true'],
    ['{"BOOL":false}', 'false'],
    ['{"NULL":true}', 'null'],
    ['{"SS":["a","","b\\n"]}', '["a","","b\\n"]'],
    ['{"NS":["1","2.50","1E+2","99999999999999999999"]}', '[1,2.5,100,"99999999999999999999"]'],
    ['{"BS":["AA==","/w=="]}', '["AA==","/w=="]'],
    ['{"M":{}}', '{}'],
    ['{}', '{}'],
    ['{"L":[]}', '[]'],
    ['{"L":[{"M":{}},{"L":[]},{},{"S":"x"}]}', '[{},[],{},"x"]'],
    [
      '{"M":{"S":{"S":"S"},"__proto__":{"N":"1"},"pk":{"N":"2"}}}',
      '{"S":"S","__proto__":1,"pk":2}',
    ],
    ['{"M":{"_meta":{"L":[{"M":{"":{"NULL":true}}}]}}}', '{"_meta":[{"":null}]}'],
    [' { "M" : { "a" : { "L" : [ { "N" : "1" } , { } ] } } } ', '{"a":[1,{}]}'],
    ['{"\\u0053":"escaped type"}', '"escaped type"'],
  ];
  test.each(cases)('of %s', (value, want) => {
    expect(valueOf(value)).toBe(want);
  });

  test('nest ten thousand levels deep', () => {
    const depth = 10_000;
    const value = `${'{"L":[{"M":{"a":'.repeat(depth)}{"N":"1"}${'}}]}'.repeat(depth)}`;
    expect(valueOf(value)).toBe(`${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`);
  });

  test('may be longer than a page of others', () => {
    const long = `${'x'.repeat(300_000)}\\n${'é'.repeat(1000)}`;
    expect(valueOf(`{"S":"${long}"}`)).toBe(`"${long}"`);
  });
});

describe('items()', () => {
  test('writes frames in order, with the page’s facts', () => {
    const body =
      '{"Count":2,"Items":[{"sk":{"N":"1.50"},"pk":{"S":"a"}},{"pk":{"S":"b"},"x":{"NULL":true},"sk":{"N":"2"}}],' +
      '"LastEvaluatedKey":{"sk":{"N":"2"},"pk":{"S":"b"}},"ScannedCount":2,' +
      '"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}';
    const page = transcode(body, pairKey);
    const lines = [
      `{"captured":{"binding":3,"doc":{"sk":"1.5","pk":"a",${meta}}}}}\n`,
      `{"captured":{"binding":3,"doc":{"pk":"b","x":null,"sk":"2",${meta}}}}}\n`,
    ];
    const got = {
      bytes: Buffer.from(page.bytes).toString(),
      ends: [page.end(0), page.end(1)],
      count: page.count,
      keys: [page.keyOf(0), page.keyOf(1)],
      lastEvaluatedKey: page.lastEvaluatedKey,
      consumedUnits: page.consumedUnits,
    };
    expect(got).toEqual({
      bytes: lines.join(''),
      ends: [lines[0]!.length, lines.join('').length],
      count: 2,
      keys: ['S1:aN3:1.5', 'S1:bN1:2'],
      lastEvaluatedKey: [
        { type: 'S', value: 'b' },
        { type: 'N', value: '2' },
      ],
      consumedUnits: 0.5,
    });
  });

  test('reads a page without items, key or capacity', () => {
    const { count, bytes, lastEvaluatedKey, consumedUnits } = transcode(
      '{"LastEvaluatedKey":null,"Items":[],"ConsumedCapacity":null}',
    );
    expect({ count, length: bytes.length, lastEvaluatedKey, consumedUnits }).toEqual({
      count: 0,
      length: 0,
      lastEvaluatedKey: undefined,
      consumedUnits: 0,
    });
  });

  const metaCases: readonly (readonly [item: string, want: string])[] = [
    ['"_meta":{"N":"1"},"pk":{"S":"k"}', `{"pk":"k",${meta},"attribute":1}}`],
    ['"pk":{"S":"k"},"_meta":{"M":{"a":{}}}', `{"pk":"k",${meta},"attribute":{"a":{}}}}`],
    [
      '"pk":{"S":"k"},"_m\\u0065ta":{"S":"x"},"z":{"S":""}',
      `{"pk":"k","z":"",${meta},"attribute":"x"}}`,
    ],
  ];
  test.each(metaCases)('moves the attribute _meta of {%s}', (item, want) => {
    expect(documentsOf(transcode(`{"Items":[{${item}}]}`))).toEqual([want]);
  });

  test('moves a key attribute that is called _meta, too', () => {
    const page = transcode('{"Items":[{"_meta":{"N":"1.0"}}]}', [{ name: '_meta', type: 'N' }]);
    expect([documentsOf(page), page.keyOf(0)]).toEqual([[`{${meta},"attribute":"1"}}`], 'N1:1']);
  });

  test('knows a key attribute by an escaped name', () => {
    const page = transcode('{"Items":[{"\\u0070k":{"S":"k"}}]}');
    expect([documentsOf(page), page.keyOf(0)]).toEqual([[`{"\\u0070k":"k",${meta}}}`], 'S1:k']);
  });

  test('keyOf() tells keys apart, not their spellings', () => {
    const key: readonly KeyAttribute[] = [
      { name: 'a', type: 'S' },
      { name: 'b', type: 'S' },
    ];
    const items = [
      ['1', 'S1:1'],
      ['1S1:1', '1'],
      ['😀', '/'],
      ['\\ud83d\\ude00', '\\/'],
      ['\\uD83D\\uDE00', '\\u002f'],
    ].map(([a, b]) => `{"a":{"S":"${a!}"},"b":{"S":"${b!}"}}`);
    const page = transcode(`{"Items":[${items.join(',')}]}`, key);
    const keys = items.map((_, index) => page.keyOf(index));
    expect(keys.map((text) => keys.indexOf(text))).toEqual([0, 1, 2, 2, 2]);
  });

  test('gives memory back, and takes it again for the next page', () => {
    const body = bytesOf(`{"Items":[${Array(5000).fill('{"pk":{"S":"0123456789"}}').join(',')}]}`);
    const transcoder = createTranscoder({ key: stringKey, framing });
    const first = transcoder.items(body, pageMeta);
    const want = Buffer.from(first.bytes).toString();
    first.release();
    first.release();
    const [second, third] = [transcoder.items(body, pageMeta), transcoder.items(body, pageMeta)];
    expect(second.bytes.buffer).toBe(first.bytes.buffer);
    expect(third.bytes.buffer).not.toBe(second.bytes.buffer);
    expect(Buffer.from(second.bytes).toString()).toBe(want);
    expect(Buffer.from(third.bytes).toString()).toBe(want);
  });

  test('equals the reference transcoder', () => {
    const keys = fc.constantFrom<readonly KeyAttribute[]>(
      stringKey,
      pairKey,
      [{ name: '_meta', type: 'B' }],
      [
        { name: '__proto__', type: 'N' },
        { name: 'é"', type: 'B' },
      ],
    );
    const pages = keys.chain((key) =>
      fc.record({
        key: fc.constant(key),
        items: fc.array(item(key), { maxLength: 4 }),
        style: style(),
      }),
    );
    fc.assert(
      fc.property(pages, ({ key, items, style }) => {
        const response = { Items: items, Count: items.length, other: { a: [1e3, null, {}] } };
        const body = styledJson(response, style);
        const page = transcode(body, key);
        const want = referenceItems(body, key, pageMeta);
        const documents = documentsOf(page);
        expect(documents.map((json) => textOf(parseJson(json)))).toEqual(
          want.documents.map(textOf),
        );
        expect(documents.join('')).not.toMatch(/[\n\r\t]/);
        const got = items.map((_, index) => page.keyOf(index));
        expect(got.map((text) => got.indexOf(text))).toEqual(
          want.keys.map((text) => want.keys.indexOf(text)),
        );
      }),
      { numRuns: 400 },
    );
  });

  test('equals the reference transcoder 32 levels deep', () => {
    fc.assert(
      fc.property(deepValue(31), style(), (value, choices) => {
        const body = styledJson({ Items: [{ pk: { S: 'k' }, value }] }, choices);
        const want = referenceItems(body, stringKey, pageMeta).documents.map(textOf);
        expect(documentsOf(transcode(body)).map((json) => textOf(parseJson(json)))).toEqual(want);
      }),
    );
  });
});

describe('items() refuses', () => {
  const start = 'Cannot read the response of DynamoDB: expected';
  const cases: readonly (readonly [body: string, want: string])[] = [
    ['', `${start} "{" at byte 0, but it ends there`],
    ['[]', `${start} "{" at byte 0`],
    ['{}', `${start} a response with "Items" at byte 2, but it ends there`],
    ['{"Items":[]} x', `${start} the end at byte 13`],
    ['{"Items":[],"Items":[]}', `${start} "Items" only once at byte 20`],
    ['{"Items":[],"a":[1,]}', `${start} a value at byte 19`],
    ['{"Items":[],"a":01}', `${start} "," or "}" at byte 17`],
    ['{"Items":[],"a":"\\x"}', `${start} an escape sequence at byte 17`],
    ['{"Items":[],"a":"\n"}', `${start} the rest of a string at byte 17`],
    ['{"Items":[],"a":tru}', `${start} a value at byte 16`],
    ['{"Items":[],"a":{"b"}}', `${start} ":" at byte 20`],
    ['{"Items":[{"a":{"S":"x"}}]}', `${start} an item with the key attribute "pk" at byte 10`],
    [
      '{"Items":[{"pk":{"N":"1"}}]}',
      `${start} a value of type S for the key attribute "pk" at byte 16`,
    ],
    ['{"Items":[{"pk":{}}]}', `${start} a value of type S for the key attribute "pk" at byte 16`],
    ['{"Items":[{"pk":{"S":"1","N":"1"}}]}', `${start} "}" at byte 24`],
    ['{"Items":[{"pk":{"S":1}}]}', `${start} a string at byte 21`],
    ['{"Items":[{"pk":{"X":"1"}}]}', `${start} an attribute value of a known type at byte 16`],
    ['{"Items":[{"pk":{"S":"1"},}]}', `${start} a string at byte 26`],
    ['{"Items":[{"a":{"N":"x"}}]}', `${start} a number at byte 20`],
    ['{"Items":[{"a":{"N":1}}]}', `${start} a string at byte 20`],
    ['{"Items":[{"a":{"N":"1E999"}}]}', `${start} a number at byte 20`],
    ['{"Items":[{"a":{"NULL":false}}]}', `${start} a value of type NULL at byte 23`],
    ['{"Items":[{"a":{"BOOL":null}}]}', `${start} a value of type BOOL at byte 23`],
    ['{"Items":[{"a":{"L":[{"S":"x"}}]}', `${start} "," or "]" at byte 30`],
    ['{"Items":[{"a":{"SS":["x",]}}]}', `${start} a string at byte 26`],
    ['{"Items":[{"a":null}]}', `${start} "{" at byte 15`],
    [
      '{"Items":[],"LastEvaluatedKey":{}}',
      `${start} a key with the attribute "pk" of type S at byte 31`,
    ],
  ];
  test.each(cases)('%s', (body, want) => {
    expect(failureOf(() => transcode(body))).toEqual(['response-invalid', want]);
  });

  test('what is not UTF-8', () => {
    const body = bytesOf('{"Items":[{"pk":{"S":"éx"}}]}');
    body[24] = 0xff;
    const got = failureOf(() =>
      createTranscoder({ key: stringKey, framing }).items(body, pageMeta),
    );
    expect(got).toEqual(['response-invalid', `${start} UTF-8 at byte 24`]);
  });
});
