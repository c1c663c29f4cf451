import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { KeyAttribute } from '../../../connector/table.ts';
import {
  createTranscoder,
  type RecordDocuments,
  type RecordRules,
} from '../../../connector/transcoder/transcoder.ts';
import { item, keyValue, RawJson, style, styledJson } from '../../support/attribute-arbitraries.ts';
import { parseJson, referenceRecords, textOf } from '../../support/reference-transcoder.ts';
import {
  bytesOf,
  documentsOf,
  failureOf,
  framing,
  pageMeta,
  recordRules,
} from './transcoder-fixtures.ts';

const key: readonly KeyAttribute[] = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'N' },
];

/** 2026-08-21T10:00:00Z, in seconds. */
const seconds = 1_787_306_400;
const epoch = '"epoch":"2026-08-21T10:00:00.000Z"';
const snapshotMeta = `"_meta":{"op":"c","snapshot":true,${epoch},"scannedAt":"2026-08-21T10:00:01.000Z"}`;

function transcode(body: string, rules: Partial<RecordRules> = {}) {
  return createTranscoder({ key, framing }).records(bytesOf(body), pageMeta, {
    ...recordRules,
    ...rules,
  });
}

/** What a page tells besides its frames. */
function summaryOf(page: RecordDocuments) {
  const { recordCount, lastSequenceNumber, lastCreatedAtMs, nextShardIterator } = page;
  return {
    recordCount,
    keys: page.keys(),
    lastSequenceNumber,
    lastCreatedAtMs,
    nextShardIterator,
  };
}

interface RecordParts {
  readonly eventName?: string;
  readonly time?: string;
  readonly sequenceNumber?: string;
  readonly images?: string;
  readonly identity?: string;
}

function record({ eventName, time, sequenceNumber, images, identity }: RecordParts): string {
  const keys = '"Keys":{"sk":{"N":"1.0"},"pk":{"S":"a"}}';
  const other = images === undefined ? '' : `,${images}`;
  const change =
    `{"ApproximateCreationDateTime":${time ?? '1.7873064E9'},${keys}${other},` +
    `"SequenceNumber":"${sequenceNumber ?? '100'}","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"}`;
  const user = identity === undefined ? '' : `,"userIdentity":${identity}`;
  return (
    `{"awsRegion":"us-east-1","dynamodb":${change},"eventID":"e1","eventName":"${eventName ?? 'INSERT'}",` +
    `"eventSource":"aws:dynamodb","eventVersion":"1.1"${user}}`
  );
}

const bodyOf = (...records: readonly string[]) =>
  `{"NextShardIterator":"next","Records":[${records.join(',')}]}`;
const newImage = '"NewImage":{"sk":{"N":"1"},"pk":{"S":"a"},"x":{"N":"2"}}';
const oldImage = '"OldImage":{"pk":{"S":"a"},"x":{"S":"old"},"sk":{"N":"1.0"},"_meta":{"M":{}}}';
const before = ',"before":{"pk":"a","x":"old","sk":"1","_meta":{}}';

/** The `_meta` of a record with the parts of `record({})`. */
const metaOf = (op: string, more = '', time = '2026-08-21T10:00:00Z') =>
  `"_meta":{"op":"${op}","snapshot":false,${epoch},"eventId":"e1","sequenceNumber":"100",` +
  `"approximateCreationDateTime":"${time}"${more}}`;

describe('records() documents', () => {
  const image = '"sk":"1","pk":"a","x":2';
  const keys = '"sk":"1","pk":"a"';
  const cases: readonly (readonly [name: string, parts: RecordParts, want: string])[] = [
    ['INSERT', { images: newImage }, `{${image},${metaOf('c')}}`],
    [
      'MODIFY',
      { eventName: 'MODIFY', images: `${newImage},${oldImage}` },
      `{${image},${metaOf('u', before)}}`,
    ],
    [
      'MODIFY with the old image first',
      { eventName: 'MODIFY', images: `${oldImage},${newImage}` },
      `{${image},${metaOf('u', before)}}`,
    ],
    ['REMOVE', { eventName: 'REMOVE', images: oldImage }, `{${keys},${metaOf('d', before)}}`],
    ['REMOVE without an old image', { eventName: 'REMOVE' }, `{${keys},${metaOf('d')}}`],
    [
      'REMOVE with images that are null',
      { eventName: 'REMOVE', images: '"NewImage":null,"OldImage":null' },
      `{${keys},${metaOf('d')}}`,
    ],
    [
      'REMOVE with a new image, which nobody sends',
      { eventName: 'REMOVE', images: newImage },
      `{${keys},${metaOf('d')}}`,
    ],
    [
      'an unknown change with both images',
      { eventName: 'UNKNOWN_TO_SDK_VERSION', images: `${newImage},${oldImage}` },
      `{${image},${metaOf('u', before)}}`,
    ],
    [
      'an unknown change with a new image',
      { eventName: 'X', images: newImage },
      `{${image},${metaOf('c')}}`,
    ],
    [
      'an unknown change with an old image',
      { eventName: 'X', images: oldImage },
      `{${keys},${metaOf('d', before)}}`,
    ],
    [
      'an attribute _meta',
      { images: '"NewImage":{"_meta":{"SS":["x"]},"sk":{"N":"1"},"pk":{"S":"a"}}' },
      `{${keys},${metaOf('c', ',"attribute":["x"]')}}`,
    ],
    [
      'an old image of nothing',
      { images: `${newImage},"OldImage":{}` },
      `{${image},${metaOf('c', ',"before":{}')}}`,
    ],
    [
      'a TTL delete',
      {
        eventName: 'REMOVE',
        identity: '{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"}',
      },
      `{${keys},${metaOf('d', ',"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}')}}`,
    ],
    [
      'an identity in lower case, with more to it',
      { eventName: 'REMOVE', identity: '{"x":[],"type":"Service","principalId":"p"}' },
      `{${keys},${metaOf('d', ',"userIdentity":{"type":"Service","principalId":"p"}')}}`,
    ],
    [
      'half an identity',
      { eventName: 'REMOVE', identity: '{"Type":null,"PrincipalId":"p"}' },
      `{${keys},${metaOf('d', ',"userIdentity":{"principalId":"p"}')}}`,
    ],
    ['no identity', { eventName: 'REMOVE', identity: 'null' }, `{${keys},${metaOf('d')}}`],
  ];
  test.each(cases)('of %s', (_, parts, want) => {
    expect(documentsOf(transcode(bodyOf(record(parts))))).toEqual([want]);
  });

  const times: readonly (readonly [wire: string, want: string, wantMs: number])[] = [
    ['1787306400', '2026-08-21T10:00:00Z', seconds * 1000],
    ['1.7873064E9', '2026-08-21T10:00:00Z', seconds * 1000],
    ['1787306400.000', '2026-08-21T10:00:00Z', seconds * 1000],
    ['1787306400.25', '2026-08-21T10:00:00.25Z', seconds * 1000 + 250],
    ['1787306400.123456', '2026-08-21T10:00:00.123456Z', seconds * 1000 + 123],
    ['0', '1970-01-01T00:00:00Z', 0],
    ['253402300799', '9999-12-31T23:59:59Z', 253_402_300_799_000],
  ];
  test.each(times)('write the time %s', (wire, want, wantMs) => {
    const page = transcode(bodyOf(record({ images: newImage, time: wire })));
    expect([documentsOf(page), page.lastCreatedAtMs]).toEqual([
      [`{${image},${metaOf('c', '', want)}}`],
      wantMs,
    ]);
  });
});

describe('records()', () => {
  test('tells where the page ends', () => {
    const body = bodyOf(
      record({ images: newImage, sequenceNumber: '000000000000000000007', time: '1787306401' }),
      record({ eventName: 'REMOVE', sequenceNumber: '000000000000000000008', time: '1787306402' }),
    );
    const page = transcode(body);
    const got = { ...summaryOf(page), count: page.count };
    expect(got).toEqual({
      count: 2,
      recordCount: 2,
      keys: ['S1:aN1:1', 'S1:aN1:1'],
      lastSequenceNumber: '000000000000000000008',
      lastCreatedAtMs: (seconds + 2) * 1000,
      nextShardIterator: 'next',
    });
  });

  const ends: readonly (readonly [body: string, next: string | undefined])[] = [
    ['{"Records":[]}', undefined],
    ['{"Records":[],"NextShardIterator":null}', undefined],
    ['{"NextShardIterator":"a\\/b","Records":[]}', 'a/b'],
  ];
  test.each(ends)('reads the empty page %s', (body, next) => {
    expect(summaryOf(transcode(body))).toEqual({
      recordCount: 0,
      keys: [],
      lastSequenceNumber: undefined,
      lastCreatedAtMs: undefined,
      nextShardIterator: next,
    });
  });

  test('keeps the order of insert, update and remove of one key', () => {
    const body = bodyOf(
      record({ images: newImage }),
      record({ eventName: 'MODIFY', images: newImage }),
      record({ eventName: 'REMOVE' }),
      record({ images: newImage }),
    );
    const ops = documentsOf(transcode(body)).map((json) => /"op":"(.)"/.exec(json)?.[1]);
    expect(ops).toEqual(['c', 'u', 'd', 'c']);
  });

  const afterCases: readonly (readonly [after: string, numbers: string[], want: string[]])[] = [
    ['100', ['99', '100', '101'], ['101']],
    ['0099', ['100', '0099', '00098', '000100'], ['100', '000100']],
    ['999999999999999999999', ['1000000000000000000000'], ['1000000000000000000000']],
    [
      '2308098300000000006482232216',
      ['100000000003218256368', '2308098300000000006482232217'],
      ['2308098300000000006482232217'],
    ],
    ['0', ['0', '1'], ['1']],
  ];
  test.each(afterCases)('leaves out what comes up to %s', (after, numbers, want) => {
    const body = bodyOf(
      ...numbers.map((sequenceNumber) => record({ images: newImage, sequenceNumber })),
    );
    const page = transcode(body, { afterSequenceNumber: after });
    const got = documentsOf(page).map((json) => /"sequenceNumber":"(\d+)"/.exec(json)?.[1]);
    expect([got, page.recordCount, page.keys().length, page.lastSequenceNumber]).toEqual([
      want,
      numbers.length,
      want.length,
      numbers.at(-1),
    ]);
  });

  test('leaves out what is older than wanted', () => {
    const body = bodyOf(
      record({ images: newImage, time: String(seconds - 1) }),
      record({ images: newImage, time: String(seconds) }),
      record({ eventName: 'REMOVE', time: String(seconds - 2) }),
    );
    const page = transcode(body, { skipBeforeMs: seconds * 1000, expandDeletesBeforeMs: Infinity });
    expect([page.count, page.recordCount, page.keys(), page.lastCreatedAtMs]).toEqual([
      1,
      3,
      ['S1:aN1:1'],
      (seconds - 2) * 1000,
    ]);
  });

  test('expands a delete into the item and its delete', () => {
    const body = bodyOf(
      record({ eventName: 'REMOVE', images: oldImage, time: String(seconds - 1) }),
      record({ eventName: 'REMOVE', time: String(seconds - 1) }),
      record({ eventName: 'REMOVE', images: oldImage }),
      record({ eventName: 'MODIFY', images: newImage, time: String(seconds - 1) }),
    );
    const page = transcode(body, { expandDeletesBeforeMs: seconds * 1000 });
    const early = '2026-08-21T09:59:59Z';
    const item = `{"pk":"a","x":"old","sk":"1",${snapshotMeta.slice(0, -1)},"attribute":{}}}`;
    expect(documentsOf(page)).toEqual([
      item,
      `{"sk":"1","pk":"a",${metaOf('d', before, early)}}`,
      `{"sk":"1","pk":"a",${snapshotMeta}}`,
      `{"sk":"1","pk":"a",${metaOf('d', '', early)}}`,
      `{"sk":"1","pk":"a",${metaOf('d', before)}}`,
      `{"sk":"1","pk":"a","x":2,${metaOf('u', '', early)}}`,
    ]);
    expect(page.keys()).toEqual(Array(4).fill('S1:aN1:1'));
  });

  test('writes the empty maps of DynamoDB Local, and its numbers', () => {
    const images =
      '"NewImage":{"e":{},"l":{"L":[{},{"NS":["0","1E+2"]}]},"sk":{"N":"1.50"},"pk":{"S":"\\uD83D"}}';
    expect(documentsOf(transcode(bodyOf(record({ images }))))).toEqual([
      `{"e":{},"l":[{},[0,100]],"sk":"1.5","pk":"\\ufffd",${metaOf('c')}}`,
    ]);
  });

  test('equals the reference transcoder', () => {
    const image = fc.option(item(key), { nil: null });
    const arbitraryRecord = fc
      .record({
        names: fc.constantFrom('INSERT', 'MODIFY', 'REMOVE', 'UNKNOWN_TO_SDK_VERSION'),
        time: fc.constantFrom('1787306399', '1787306400', '1.7873064E9', '1787306401.5'),
        number: fc.bigInt({ min: 1n, max: 10n ** 22n }),
        key: fc.tuple(keyValue('S'), keyValue('N')),
        newImage: item(key),
        oldImage: image,
        identity: fc.constantFrom(
          undefined,
          null,
          { Type: 'Service' },
          { type: 'a', principalId: '😀' },
        ),
      })
      .map(({ names, time, number, key: [pk, sk], newImage, oldImage, identity }) => ({
        eventName: names,
        eventID: number.toString(16),
        dynamodb: {
          ApproximateCreationDateTime: new RawJson(time),
          Keys: { pk, sk },
          ...(names === 'REMOVE' ? {} : { NewImage: newImage }),
          OldImage: oldImage,
          SequenceNumber: String(number),
          SizeBytes: 1,
        },
        ...(identity === undefined ? {} : { userIdentity: identity }),
      }));
    const rules = fc.record({
      skipBeforeMs: fc.constantFrom(0, seconds * 1000),
      afterSequenceNumber: fc.constantFrom(undefined, '1000', '999999999999999999999'),
      expandDeletesBeforeMs: fc.constantFrom(0, seconds * 1000, Infinity),
    });
    fc.assert(
      fc.property(
        fc.array(arbitraryRecord, { maxLength: 4 }),
        rules,
        style(),
        (Records, some, choices) => {
          const body = styledJson({ Records, NextShardIterator: 'n', x: [{}] }, choices);
          const page = transcode(body, some);
          const want = referenceRecords(body, key, { ...pageMeta, ...recordRules, ...some });
          expect(documentsOf(page).map((json) => textOf(parseJson(json)))).toEqual(
            want.documents.map(textOf),
          );
          const got = page.keys();
          expect(got.map((text) => got.indexOf(text))).toEqual(
            want.keys.map((text) => want.keys.indexOf(text)),
          );
          expect([page.recordCount, page.lastSequenceNumber]).toEqual([
            Records.length,
            Records.at(-1)?.dynamodb.SequenceNumber,
          ]);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('records() refuses', () => {
  const start = 'Cannot read the response of DynamoDB: expected';
  const valid = record({ images: newImage });
  const cases: readonly (readonly [name: string, body: string, want: RegExp])[] = [
    [
      'a page without records',
      '{"Items":[]}',
      /a response with "Records" at byte 12, but it ends there/,
    ],
    ['records twice', '{"Records":[],"Records":[]}', /"Records" only once at byte 24/],
    ['text behind the page', '{"Records":[]}{}', /the end at byte 14/],
    [
      'an insert without its image',
      bodyOf(record({})),
      /a "NewImage" beside the "Keys" of this record at byte \d+/,
    ],
    [
      'an update without its image',
      bodyOf(record({ eventName: 'MODIFY', images: oldImage })),
      /a "NewImage" beside/,
    ],
    [
      'a record without an id',
      bodyOf(valid.replace('eventID', 'x')),
      /a record with "eventID" at byte 39/,
    ],
    [
      'a record without a name',
      bodyOf(valid.replace('eventName', 'x')),
      /a record with "eventName" at byte 39/,
    ],
    [
      'a record without a time',
      bodyOf(valid.replace('Approximate', 'x')),
      /a record with "ApproximateCreationDateTime"/,
    ],
    ['a record without keys', bodyOf(valid.replace('Keys', 'x')), /a record with "Keys"/],
    [
      'a record without its number',
      bodyOf(valid.replace('SequenceNumber', 'x')),
      /a record with "SequenceNumber"/,
    ],
    [
      'a record without a change',
      bodyOf(valid.replace('dynamodb', 'x')),
      /a record with "ApproximateCreationDateTime"/,
    ],
    [
      'a sequence number of other characters',
      bodyOf(record({ sequenceNumber: '12x' })),
      /a sequence number at byte/,
    ],
    [
      'an empty sequence number',
      bodyOf(record({ sequenceNumber: '' })),
      /a sequence number at byte/,
    ],
    ['a time as text', bodyOf(record({ time: '"2026"' })), /a number at byte/],
    ['a time before the epoch', bodyOf(record({ time: '-1' })), /a time in epoch seconds at byte/],
    [
      'a time after the year 9999',
      bodyOf(record({ time: '253402300800' })),
      /a time in epoch seconds at byte/,
    ],
    [
      'a time without bounds',
      bodyOf(record({ time: '1e99999' })),
      /a time in epoch seconds at byte/,
    ],
    [
      'a time in digits without end',
      bodyOf(record({ time: '1'.repeat(500) })),
      /a time in epoch seconds at byte/,
    ],
    [
      'a new image without the key',
      bodyOf(record({ images: '"NewImage":{"pk":{"S":"a"}}' })),
      /the key attribute "sk"/,
    ],
    ['an iterator that is none', '{"Records":[],"NextShardIterator":1}', /a string at byte 34/],
  ];
  test.each(cases)('%s', (_, body, want) => {
    const [code, message = ''] = failureOf(() => transcode(body)) ?? [];
    expect(code).toBe('response-invalid');
    expect(message.startsWith(start)).toBe(true);
    expect(message).toMatch(want);
  });
});
