import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { isExactInFlow } from '../../../connector/transcoder/number.ts';
import { createTranscoder, type NumberForm } from '../../../connector/transcoder/transcoder.ts';
import { numberText, style, styledJson } from '../../support/attribute-arbitraries.ts';
import { plainDecimal } from '../../support/reference-transcoder.ts';
import {
  bytesOf,
  documentsOf,
  failureOf,
  framing,
  pageMeta,
  recordRules,
} from './transcoder-fixtures.ts';

const forms: readonly NumberForm[] = ['exact', 'double', 'string'];

/** As numbers are in documents that are changes: everywhere in the image, and in the one before. */
function changeOf(
  form: NumberForm,
  numbers: readonly string[],
  how?: Parameters<typeof styledJson>[1],
) {
  const [first = '0'] = numbers;
  const image = {
    key: { N: first },
    plain: { N: first },
    set: { NS: numbers },
    list: { L: numbers.map((N) => ({ N })) },
    map: { M: Object.fromEntries(numbers.map((N, index) => [`n${index}`, { N }])) },
  };
  const record = {
    eventID: 'e',
    eventName: 'MODIFY',
    dynamodb: {
      ApproximateCreationDateTime: 1787306400,
      Keys: { key: { N: first } },
      NewImage: image,
      OldImage: image,
      SequenceNumber: '1',
    },
  };
  const page = { Records: [record], NextShardIterator: 'x' };
  const body = how === undefined ? JSON.stringify(page) : styledJson(page, how);
  const key = [{ name: 'key', type: 'N' }] as const;
  const transcoder = createTranscoder({ key, framing, numbers: form });
  const [document = ''] = documentsOf(transcoder.records(bytesOf(body), pageMeta, recordRules));
  return document;
}

/** The same image as it is to be written. */
function imageText(numbers: readonly string[], write: (text: string) => string): string {
  const texts = numbers.map(write);
  const key = JSON.stringify(plainDecimal(numbers[0]!));
  const map = texts.map((text, index) => `"n${index}":${text}`).join();
  return `"key":${key},"plain":${texts[0]!},"set":[${texts.join()}],"list":[${texts.join()}],"map":{${map}}`;
}

const writers: Readonly<Record<NumberForm, (text: string) => string>> = {
  exact: (text) => {
    const digits = plainDecimal(text);
    return isExactInFlow(digits) ? digits : JSON.stringify(digits);
  },
  // As Go's encoding/json prints a float64, and JavaScript likewise.
  double: (text) => String(Number(plainDecimal(text))),
  string: (text) => JSON.stringify(plainDecimal(text)),
};

describe('numbers as', () => {
  const cases: readonly (readonly [text: string, exact: string, double: string, digits: string])[] =
    [
      ['0', '0', '0', '0'],
      ['-0', '0', '0', '0'],
      ['-0.00', '0', '0', '0'],
      ['1.50', '1.5', '1.5', '1.5'],
      ['100', '100', '100', '100'],
      ['1E+2', '100', '100', '100'],
      ['1e-7', '0.0000001', '1e-7', '0.0000001'],
      ['0.30000000000000004', '0.30000000000000004', '0.30000000000000004', '0.30000000000000004'],
      ['9007199254740993', '9007199254740993', '9007199254740992', '9007199254740993'],
      [
        '18446744073709551615',
        '18446744073709551615',
        '18446744073709552000',
        '18446744073709551615',
      ],
      [
        '18446744073709551617',
        '"18446744073709551617"',
        '18446744073709552000',
        '18446744073709551617',
      ],
      [
        '-9223372036854775809',
        '"-9223372036854775809"',
        '-9223372036854776000',
        '-9223372036854775809',
      ],
      ['1E+21', `1${'0'.repeat(21)}`, '1e+21', `1${'0'.repeat(21)}`],
      ['1E+125', `1${'0'.repeat(125)}`, '1e+125', `1${'0'.repeat(125)}`],
      ['-1E-130', `-0.${'0'.repeat(129)}1`, '-1e-130', `-0.${'0'.repeat(129)}1`],
      ['9'.repeat(38), `"${'9'.repeat(38)}"`, '1e+38', '9'.repeat(38)],
    ];
  test.each(cases)('%s', (text, exact, double, digits) => {
    const wants = { exact, double, string: `"${digits}"` };
    for (const form of forms) {
      const image = imageText([text], () => wants[form]);
      const document = changeOf(form, [text]);
      expect(document).toContain(`{${image},"_meta"`);
      expect(document).toContain(`"before":{${image}}`);
      expect(JSON.parse(document)).toMatchObject({ key: digits });
    }
  });

  test.each(forms)('%s are written alike wherever and however they stand', (form) => {
    const numbers = fc.uniqueArray(numberText(), {
      minLength: 1,
      maxLength: 4,
      selector: (text) => plainDecimal(text),
    });
    fc.assert(
      fc.property(numbers, fc.option(style(), { nil: undefined }), (texts, how) => {
        const document = changeOf(form, texts, how);
        const got = JSON.parse(document) as Record<string, unknown>;
        const want = JSON.parse(`{${imageText(texts, writers[form])}}`) as Record<string, unknown>;
        expect(got).toMatchObject(want);
        expect(got['_meta']).toMatchObject({ before: want });
        if (how === undefined) expect(document).toContain(`{${imageText(texts, writers[form])},`);
      }),
      { numRuns: 300 },
    );
  });

  test('double are none that JSON cannot write', () => {
    for (const text of ['1e350', `1${'0'.repeat(350)}`]) {
      expect(failureOf(() => changeOf('double', [text]))?.[0]).toBe('response-invalid');
      expect(changeOf('string', [text])).toContain(`"plain":"1${'0'.repeat(350)}"`);
    }
  });
});
