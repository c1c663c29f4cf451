/**
 * Bodies that are nearly right: thousands of pages, changed in some bytes by a seed. A strict reader (UTF-8, then
 * `JSON.parse`, then the reference transcoder) says what each is: nothing else is accepted, and nothing right is refused.
 */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { KeyAttribute } from '../../../connector/table.ts';
import { createTranscoder } from '../../../connector/transcoder/transcoder.ts';
import { item, style, styledJson } from '../../support/attribute-arbitraries.ts';
import {
  type Json,
  type JsonMap,
  parseJson,
  referenceItems,
  referenceRecords,
  textOf,
} from '../../support/reference-transcoder.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import {
  bytesOf,
  documentsOf,
  failureOf,
  framing,
  pageMeta,
  recordRules,
} from './transcoder-fixtures.ts';

const pageCount = 30;
const mutantsPerPage = 50;
const seed = 20_260_821;

const key: readonly KeyAttribute[] = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'N' },
];
const rules = { ...recordRules, expandDeletesBeforeMs: Infinity };
const transcoder = createTranscoder({ key, framing });

interface Kind {
  readonly name: string;
  readonly body: (items: readonly object[]) => object;
  readonly transcode: (body: Uint8Array) => readonly string[];
  readonly reference: (text: string) => readonly Json[];
}

const changeOf = (image: object, index: number) => ({
  eventID: `e${index}`,
  eventName: ['INSERT', 'MODIFY', 'REMOVE'][index % 3],
  dynamodb: {
    ApproximateCreationDateTime: 1_700_000_000,
    Keys: Object.fromEntries(Object.entries(image).filter(([name]) => /^[ps]k$/.test(name))),
    ...(index % 3 === 2 ? {} : { NewImage: image }),
    ...(index % 3 === 0 ? {} : { OldImage: image }),
    SequenceNumber: String(1000 + index),
  },
  ...(index % 2 === 0 ? {} : { userIdentity: { Type: 'Service', PrincipalId: 'p' } }),
});

const kinds: readonly Kind[] = [
  {
    name: 'items()',
    body: (items) => ({
      Items: items,
      Count: items.length,
      ConsumedCapacity: { CapacityUnits: 1.5 },
    }),
    transcode: (body) => documentsOf(transcoder.items(body, pageMeta)),
    reference: (text) => referenceItems(text, key, pageMeta).documents,
  },
  {
    name: 'records()',
    body: (items) => ({ Records: items.map(changeOf), NextShardIterator: 'n' }),
    transcode: (body) => documentsOf(transcoder.records(body, pageMeta, rules)),
    reference: (text) => referenceRecords(text, key, { ...pageMeta, ...rules }).documents,
  },
];

/** Bytes that mean something, or that UTF-8 has no place for. */
const bytes = Buffer.from([
  ...Buffer.from('"\\{}[],:0159-+.eEtfnulSNBML \n\t'),
  0,
  0x1f,
  0x7f,
  0x80,
  0xc3,
  0xed,
  0xf5,
  0xff,
]);
const pieces = [
  'null',
  '{}',
  '[]',
  '""',
  '\\u0031',
  '\\ud800',
  '{"S":"x"}',
  '{"N":"1"}',
  ',"a":{"N":"01"}',
  '1e5',
  ' ',
].map(bytesOf);

/** The body with one change: a byte, a cut, a piece moved, doubled or put in. */
function mutated(body: Uint8Array, random: () => number): Uint8Array {
  const below = (max: number) => Math.floor(random() * max);
  const at = below(body.length);
  const to = at + below(Math.min(12, body.length - at));
  const [head, tail] = [body.subarray(0, at), body.subarray(to)];
  switch (below(7)) {
    case 0:
      return Buffer.concat([
        head,
        bytes.subarray(below(bytes.length)).subarray(0, 1),
        body.subarray(at + 1),
      ]);
    case 1:
      return Buffer.concat([
        head,
        bytes.subarray(below(bytes.length)).subarray(0, 1),
        body.subarray(at),
      ]);
    case 2:
      return Buffer.concat([head, tail]);
    case 3:
      return Buffer.concat([head, body.subarray(at, to), body.subarray(at, to), tail]);
    case 4:
      return Buffer.concat([head, pieces[below(pieces.length)]!, tail]);
    case 5: {
      const from = below(body.length);
      return Buffer.concat([head, body.subarray(from, from + below(12)), tail]);
    }
    default:
      return body.slice(0, at);
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a body may be; undefined when it must be refused. */
function wanted({ reference }: Kind, body: Uint8Array): readonly string[] | undefined {
  try {
    return reference(strictUtf8.decode(body)).map(textOf);
  } catch {
    return undefined;
  }
}

/** False for what the reference takes and DynamoDB never sends: a member twice, another type, a time in milliseconds. */
function isLegal(body: Uint8Array): boolean {
  const text = strictUtf8.decode(body);
  const page = parseJson(text) as JsonMap;
  const colons = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '').split(':').length - 1;
  const iterator = page.get('NextShardIterator') ?? '';
  const capacity = page.get('ConsumedCapacity');
  const units = capacity instanceof Map ? (capacity as JsonMap).get('CapacityUnits') : undefined;
  return (
    colons === memberCount(page) &&
    typeof iterator === 'string' &&
    (units === undefined || (typeof units === 'object' && units !== null && 'digits' in units)) &&
    !/:\s*\d{12}/.test(text)
  );
}

function memberCount(json: Json): number {
  const inside = json instanceof Map ? [...json.values()] : Array.isArray(json) ? json : [];
  const own = json instanceof Map ? json.size : 0;
  return (inside as readonly Json[]).reduce((sum: number, each) => sum + memberCount(each), own);
}

/** What it is made of; undefined when it is refused for what it is. */
function made({ transcode }: Kind, body: Uint8Array): readonly string[] | undefined {
  let documents: readonly string[] = [];
  const failure = failureOf(() => {
    documents = transcode(body);
  });
  if (failure === undefined) return documents.map((json) => textOf(parseJson(json)));
  if (failure[0] !== 'response-invalid') throw new Error(failure[1]);
  return undefined;
}

describe.each(kinds)('$name of mutated bodies', (kind) => {
  const items = fc.sample(fc.tuple(fc.array(item(key), { maxLength: 2 }), style()), {
    seed,
    numRuns: pageCount,
  });

  test('takes what is right, and nothing else', () => {
    const random = seededRandom(seed);
    const counts = { accepted: 0, refused: 0 };
    for (const [list, how] of items) {
      const body = bytesOf(styledJson(kind.body(list), how));
      for (let mutant = 0; mutant < mutantsPerPage; mutant++) {
        let changed = body;
        for (let change = Math.ceil(random() * 3); change > 0; change--) {
          if (mutant > 0 && changed.length > 0) changed = mutated(changed, random);
        }
        const want = wanted(kind, changed);
        const got = made(kind, changed);
        counts[got === undefined ? 'refused' : 'accepted'] += 1;
        if (JSON.stringify(got) === JSON.stringify(want)) continue;
        if (got === undefined && !isLegal(changed)) continue;
        const text = Buffer.from(changed).toString('latin1');
        expect([text, got]).toEqual([text, want]);
      }
    }
    // A test that only ever sees one of them shows nothing.
    expect(counts.accepted).toBeGreaterThan(pageCount);
    expect(counts.refused).toBeGreaterThan(pageCount);
  });
});
