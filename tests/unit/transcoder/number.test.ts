import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { isExactDecimal } from '../../../connector/transcoder/exact-decimal.ts';
import { canonicalNumber, isExactInFlow } from '../../../connector/transcoder/number.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { canonicalNumberText, numberText } from '../../support/attribute-arbitraries.ts';
import { plainDecimal } from '../../support/reference-transcoder.ts';

describe('canonicalNumber()', () => {
  const cases: readonly (readonly [text: string, want: string | undefined])[] = [
    ['0', '0'],
    ['-0', '0'],
    ['0.0', '0'],
    ['-0.00', '0'],
    ['+5', '5'],
    ['007', '7'],
    ['00042', '42'],
    ['1.0', '1'],
    ['1.50', '1.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-.25', '-0.25'],
    ['1.5E2', '150'],
    ['1E+2', '100'],
    ['-12.340e1', '-123.4'],
    ['12345e-2', '123.45'],
    ['12345e-7', '0.0012345'],
    ['1e100', `1${'0'.repeat(100)}`],
    ['1E-130', `0.${'0'.repeat(129)}1`],
    ['9.9999999999999999999999999999999999999E+125', `${'9'.repeat(38)}${'0'.repeat(88)}`],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['0.10000000000000000000000000000000000001', '0.10000000000000000000000000000000000001'],
    ['0e400', '0'],
    ['', undefined],
    ['-', undefined],
    ['.', undefined],
    ['1e', undefined],
    ['1e999999999', undefined],
    ['1e9999999999', undefined],
    ['0x10', undefined],
    ['1 ', undefined],
    ['1,5', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['١', undefined],
  ];
  test.each(cases)('of "%s"', (text, want) => {
    expect(canonicalNumber(text)).toBe(want);
  });

  test('agrees with exact arithmetic', () => {
    fc.assert(
      fc.property(numberText(), (text) => {
        expect(canonicalNumber(text)).toBe(plainDecimal(text));
      }),
      { numRuns: 500 },
    );
  });

  test('leaves canonical texts as they are', () => {
    fc.assert(
      fc.property(canonicalNumberText(), (text) => {
        expect(canonicalNumber(text)).toBe(plainDecimal(text));
        expect(canonicalNumber(plainDecimal(text))).toBe(plainDecimal(text));
      }),
    );
  });
});

describe('isExactInFlow()', () => {
  const cases: readonly (readonly [digits: string, want: boolean])[] = [
    ['0', true],
    ['9007199254740993', true], // beyond doubles, within 64 bits
    ['9223372036854775807', true],
    ['-9223372036854775808', true],
    ['-9223372036854775809', false],
    ['18446744073709551615', true],
    ['18446744073709551616', false], // a double, but one that prints as …552000
    ['18446744073709552000', true],
    ['-18446744073709551615', false],
    ['36893488147419103000', true],
    [`1${'0'.repeat(100)}`, true],
    [`1${'0'.repeat(125)}`, true],
    [`0.${'0'.repeat(129)}1`, true],
    ['0.1', true],
    ['0.30000000000000004', true],
    ['0.30000000000000005', false],
    ['0.3000000000000000000001', false],
    ['123456789.12345679', true],
    ['123456789.123456789', false],
    ['9'.repeat(38), false],
    ['12345678901234567890123456789012345678', false],
  ];
  test.each(cases)('of %s', (digits, want) => {
    expect(isExactInFlow(digits)).toBe(want);
  });

  test('holds for every double as JavaScript prints it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        const digits = canonicalNumber(String(double))!;
        expect(isExactInFlow(digits)).toBe(true);
        expect(Number(digits)).toBe(double === 0 ? 0 : double);
      }),
    );
  });
});

describe('isExactDecimal()', () => {
  const judge = (digits: string) => isExactDecimal(Buffer.from(digits), 0, digits.length);

  const cases: readonly (readonly [digits: string, want: boolean | undefined])[] = [
    ['12345678901234567890123456789012345678', false],
    [`1${'0'.repeat(40)}`, undefined],
    ['18446744073709551615', undefined],
    ['0.000000123456789012345', true],
    ['123456789.1234567', true],
    ['-123456789.1234567', true],
    ['0.3000000000000001', true],
    ['9000000000.000001', false], // 9000000000.000002 is nearer to the same double
    ['8.000000000000001', undefined],
    ['52.12345678901234', true],
    ['4503599627370497.5', undefined],
    ['0.30000000000000004', true],
    ['3913.2540835998952', true],
    ['3913.2540835998953', false],
    ['0.300000000000000041', false],
    ['9007199254740.993', false], // no double holds the digits as an integer
  ];
  test.each(cases)('of %s', (digits, want) => {
    expect(judge(digits)).toBe(want);
  });

  test.each([
    ['a latitude', (random: number) => random * 90],
    ['of any size', (random: number) => (random - 0.5) * 10 ** (random * 20 - 4)],
    ['a ratio', (random: number) => 1 / (random + 1e-9)],
  ])('judges nearly every double as it is printed: %s', (_, doubleOf) => {
    const random = seededRandom(7);
    let undecided = 0;
    let wrong = 0;
    for (let run = 0; run < 300_000; run += 1) {
      const printed = canonicalNumber(String(doubleOf(random())))!;
      // The last digit as it is, and another one.
      const other = `${printed.slice(0, -1)}${(Number(printed.at(-1)) % 9) + 1}`;
      for (const text of [printed, other]) {
        const got = text.length > 17 ? judge(text) : true;
        if (got === undefined) undecided += 1;
        else if (text.length > 17 && got !== isExactInFlow(text)) wrong += 1;
      }
    }
    expect([wrong, undecided < 30_000]).toEqual([0, true]);
  });

  test('says what isExactInFlow() says, or nothing', () => {
    const digit = fc.integer({ min: 0, max: 9 });
    const decimal = fc
      .tuple(fc.array(digit, { minLength: 12, maxLength: 17 }), fc.nat(18), fc.boolean())
      .map(([digits, pointAt, isNegative]) => {
        const text = digits.join('').padStart(pointAt + 1, '0');
        return `${isNegative ? '-' : ''}${text.slice(0, text.length - pointAt)}.${text.slice(text.length - pointAt)}`;
      });
    const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
    const texts = fc.oneof(decimal, double.map(String), canonicalNumberText());
    fc.assert(
      fc.property(texts, (text) => {
        const digits = canonicalNumber(text)!;
        if (digits.length > 15) expect([isExactInFlow(digits), undefined]).toContain(judge(digits));
      }),
      { numRuns: 20_000 },
    );
  });
});
