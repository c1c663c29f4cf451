import { describe, expect, test } from '@jest/globals';

import type { KeyAttribute } from '../../../connector/table.ts';
import { createTranscoder } from '../../../connector/transcoder/transcoder.ts';
import {
  parseJson,
  referenceItems,
  referenceRecords,
  textOf,
} from '../../support/reference-transcoder.ts';
import {
  binaryFraming,
  bytesOf,
  documentsOf,
  failureOf,
  framing,
  pageMeta,
  recordRules,
} from './transcoder-fixtures.ts';

const key: readonly KeyAttribute[] = [{ name: 'pk', type: 'N' }];
const transcoder = createTranscoder({ key, framing });

const image =
  '{"pk":{"N":"1"},"é\\"":{"S":"a\\u00e9\\ud83d\\ude00"},"m":{"M":{"l":{"L":[{"NULL":true},{"BOOL":false}]},"e":{}}},' +
  '"t":{"BOOL":true},"f":{"BOOL":false},"u":{"NULL":true},"ns":{"NS":["1.5","1E+2"]},"_meta":{"SS":["x","y"]},"b":{"B":"AA=="},"n":{"N":"12345678901234567.5"}}';
const itemPage =
  `{"Items":[${image},{"pk":{"N":"2"}}],"Count":2,"LastEvaluatedKey":{"pk":{"N":"2"}},` +
  '"ConsumedCapacity":{"CapacityUnits":1.5}}';
const recordPage =
  '{"Records":[{"eventID":"e","eventName":"MODIFY","dynamodb":{"ApproximateCreationDateTime":1.7E9,' +
  `"Keys":{"pk":{"N":"1"}},"NewImage":${image},"OldImage":${image},"SequenceNumber":"10"},` +
  '"userIdentity":{"Type":"t","PrincipalId":"p"}},{"eventID":"f","eventName":"REMOVE","dynamodb":' +
  '{"ApproximateCreationDateTime":1.7E9,"Keys":{"pk":{"N":"1"}},"OldImage":{"pk":{"N":"1"}},"SequenceNumber":"11"}}' +
  '],"NextShardIterator":"n"}';
const rules = { ...recordRules, expandDeletesBeforeMs: Infinity };

const pages = [
  [
    'items()',
    itemPage,
    (body: Uint8Array) => documentsOf(transcoder.items(body, pageMeta)),
    (body: string) => referenceItems(body, key, pageMeta),
  ],
  [
    'records()',
    recordPage,
    (body: Uint8Array) => documentsOf(transcoder.records(body, pageMeta, rules)),
    (body: string) => referenceRecords(body, key, { ...pageMeta, ...rules }),
  ],
] as const;

describe.each(pages)('%s', (_, page, transcode, reference) => {
  const whole = bytesOf(page);

  /** Undefined when the page was refused as invalid; else its documents, in a form that compares. */
  function outcome(body: Uint8Array): readonly string[] | undefined {
    let documents: readonly string[] = [];
    const failure = failureOf(() => {
      documents = transcode(body).map((json) => textOf(parseJson(json)));
    });
    if (failure === undefined) return documents;
    const [code, message] = failure;
    if (code !== 'response-invalid' || !/ at byte \d+/.test(message)) throw new Error(message);
    return undefined;
  }

  test('reads the page when it is whole', () => {
    expect(outcome(whole)).toEqual(reference(page).documents.map(textOf));
  });

  test('refuses the page cut at any byte', () => {
    const accepted = Array.from({ length: whole.length }, (_, end) => end).filter(
      (end) => outcome(whole.slice(0, end)) !== undefined,
    );
    expect(accepted).toEqual([]);
  });

  const damages = Buffer.from('"\\{}],:0n \n');
  test.each([...damages, 0xc3])('never misreads the page with byte %i anywhere in it', (byte) => {
    for (let at = 0; at < whole.length; at++) {
      const body = whole.slice();
      body[at] = byte;
      const got = outcome(body);
      if (got !== undefined) {
        expect([at, got]).toEqual([
          at,
          reference(Buffer.from(body).toString()).documents.map(textOf),
        ]);
      }
    }
  });

  test('never misreads the page with a byte missing or doubled', () => {
    for (let at = 0; at < whole.length; at++) {
      for (const body of [
        [...whole.slice(0, at), ...whole.slice(at + 1)],
        [...whole.slice(0, at + 1), ...whole.slice(at)],
      ]) {
        const got = outcome(Uint8Array.from(body));
        if (got !== undefined) {
          expect([at, got]).toEqual([
            at,
            reference(Buffer.from(body).toString()).documents.map(textOf),
          ]);
        }
      }
    }
  });
});

describe('frames', () => {
  test('are sealed where they lie, and stay so as the buffer grows', () => {
    const binary = createTranscoder({ key, framing: binaryFraming });
    const items = Array.from({ length: 3000 }, (_, index) => `{"pk":{"N":"${index}"}}`);
    const page = binary.items(bytesOf(`{"Items":[${items.join(',')}]}`), pageMeta);
    const view = new DataView(page.bytes.buffer, page.bytes.byteOffset, page.bytes.length);
    const got: unknown[] = [];
    for (let at = 0; at < page.bytes.length;) {
      const length = view.getUint32(at);
      const frame = Buffer.from(page.bytes.subarray(at + 4, at + 4 + length));
      const { pk } = JSON.parse(frame.subarray(1, -1).toString()) as { pk: string };
      got.push([frame[0], pk, frame.at(-1), at + 4 + length]);
      at += 4 + length;
    }
    expect(got).toEqual(items.map((_, index) => [0xaa, String(index), 0xbb, page.end(index)]));
  });

  test('are one piece of a larger array, as the body may be', () => {
    const body = bytesOf(`xx${itemPage}yy`);
    const page = transcoder.items(body.subarray(2, -2), pageMeta);
    expect(documentsOf(page)).toEqual(documentsOf(transcoder.items(bytesOf(itemPage), pageMeta)));
  });
});
