/** DynamoDB's numbers as text: up to 38 digits, compared by value, returned without an exponent. */

import { invalidRequest } from './service-error.ts';

const digitsMax = 38;
const plainInteger = /^(?:0|-?[1-9][0-9]{0,14})$/;
const numberText = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,6}))?$/;

/** The value 0.digits × 10^exponent; no digits for zero, else neither leading nor trailing zeros. */
interface Decimal {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

/** The text DynamoDB would return. Throws a `ValidationException` for what it would refuse. */
export function canonicalNumber(text: string): string {
  return plainInteger.test(text) ? text : plainText(parseDecimal(text));
}

/** Text whose order by character is the order of the numbers. Takes canonical numbers. */
export function numberOrder(text: string): string {
  const { isNegative, digits, exponent } = parseDecimal(text);
  if (digits === '') return 'o';
  // Exponents lie within -129 and 126; shifted, they have three digits each.
  const shifted = exponent + 500;
  if (!isNegative) return `p${shifted}${digits}`;
  const mirrored = digits.replace(/[0-9]/g, (digit) => String(9 - Number(digit)));
  return `n${999 - shifted}${mirrored}~`;
}

/** Bytes a number counts for in an item: about one for two digits, and one more. */
export function numberBytes(canonical: string): number {
  const digits = canonical.replace(/^-?[0.]*|\.|-/g, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + (canonical.startsWith('-') ? 2 : 1);
}

function parseDecimal(text: string): Decimal {
  const [, sign, whole = '', fraction = '', power = '0'] = numberText.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') {
    throw invalidRequest(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = all.slice(leading).replace(/0+$/, '');
  if (digits === '') return { isNegative: false, digits, exponent: 0 };
  const exponent = whole.length - leading + Number(power);
  if (digits.length > digitsMax) {
    throw invalidRequest('Attempting to store more than 38 significant digits in a Number');
  }
  if (exponent > 126) {
    throw invalidRequest(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (exponent < -129) {
    throw invalidRequest(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  return { isNegative: sign === '-', digits, exponent };
}

function plainText({ isNegative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = isNegative ? '-' : '';
  if (exponent <= 0) return `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return sign + digits + '0'.repeat(exponent - digits.length);
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}
