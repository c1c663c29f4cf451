import { describe, expect, test } from '@jest/globals';
import {
  isNumericString,
  isNumericText,
  looksNumeric,
} from '../../../connector/transcoder/numeric-text.ts';
import { detectFormat } from '../../support/flow-inference.ts';

const isNumeric = (text: string) => ['integer', 'number'].includes(detectFormat(text) ?? '');

describe('isNumericText()', () => {
  // All texts of up to five of these characters: 270,000.
  test('agrees with the model of inference', () => {
    const wrong: string[] = [];
    const visit = (text: string, left: number) => {
      const isSeen = isNumericText(text);
      if (isSeen !== isNumeric(text)) wrong.push(text);
      const bytes = Buffer.from(`"${text}"`);
      if (text !== '' && isSeen && !looksNumeric(bytes, 0, bytes.length)) wrong.push(text);
      if (left > 0) for (const next of '059.eE+-_ N') visit(text + next, left - 1);
    };
    visit('', 5);
    expect(wrong).toEqual([]);
  });

  test.each(['NaN', 'Infinity', '-Infinity', '1e-300', '1234e-5', '12345678e-5', '.-12345678901'])(
    'knows %s',
    (text) => {
      const bytes = Buffer.from(`"${text}"`);
      expect([isNumericText(text), looksNumeric(bytes, 0, bytes.length)]).toEqual([true, true]);
    },
  );
});

test.each([
  ['"12e-5"', true],
  ['"\\u00312345"', true],
  ['"1234\\u0035"', true],
  ['"12\\u0065-5"', true],
  ['"1234567\\u0065-5"', true],
  ['"2026-08-21"', false],
  ['"\\u0032026-08-21"', false],
  ['"5\\n"', false],
  ['""', false],
])('isNumericString() of %s is %s', (json, want) => {
  const bytes = Buffer.from(json);
  const text = () => JSON.parse(json) as string;
  expect(isNumericString(bytes, 0, bytes.length, text)).toBe(want);
});
