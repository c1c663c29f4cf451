/**
 * A segment's place, `exclusiveStartKey` of the checkpoint: the key attributes as a FoundationDB tuple, in
 * base64, partition key first. The encoding is that of Estuary's Go connector, so that checkpoints can be
 * exchanged: S as a string element, B as a bytes element, N as a nested tuple of `N` and the number's text.
 * https://github.com/apple/foundationdb/blob/main/design/tuple.md
 */

import { isUtf8 } from 'node:buffer';
import { ConnectorError, errorCodes } from '../errors.ts';
import type { ItemKey, KeyAttribute, KeyValue } from '../table.ts';

const bytesCode = 0x01;
const stringCode = 0x02;
const nestedCode = 0x05;
const end = 0x00;
/** A zero byte inside an element is followed by this. */
const escapedZero = 0xff;

/** As DynamoDB writes numbers, up to 1E+126. */
const numberPattern = /^[+-]?\d+(\.\d+)?(E[+-]?\d+)?$/i;

/** A key as the checkpoint writes it. */
export function encodeStartKey(key: ItemKey): string {
  return Buffer.from(key.flatMap(encodeValue)).toString('base64');
}

/** A checkpoint's key, checked against the table's. Throws `state-invalid` when it is not one. */
export function decodeStartKey(text: string, attributes: readonly KeyAttribute[]): ItemKey {
  const bytes = Buffer.from(text, 'base64');
  let position = 0;
  const key = attributes.map(({ name, type }): KeyValue => {
    const element = decodeValue(bytes, position);
    if (element?.value.type !== type)
      throw invalid(text, `has no ${type} for key attribute "${name}"`);
    position = element.next;
    return element.value;
  });
  if (position !== bytes.length)
    throw invalid(text, 'has more elements than the key has attributes');
  return key;
}

function encodeValue({ type, value }: KeyValue): number[] {
  switch (type) {
    case 'S':
      return encodeElement(stringCode, Buffer.from(value, 'utf8'));
    case 'B':
      return encodeElement(bytesCode, Buffer.from(value, 'base64'));
    case 'N':
      return [
        nestedCode,
        ...encodeElement(stringCode, Buffer.from('N')),
        ...encodeElement(stringCode, Buffer.from(value, 'utf8')),
        end,
      ];
  }
}

function encodeElement(code: number, content: Buffer): number[] {
  const escaped = [...content].flatMap((byte) => (byte === 0 ? [0, escapedZero] : [byte]));
  return [code, ...escaped, end];
}

interface Element {
  readonly value: KeyValue;
  /** Where the next element begins. */
  readonly next: number;
}

function decodeValue(bytes: Buffer, start: number): Element | undefined {
  const code = bytes[start];
  if (code === bytesCode || code === stringCode) {
    const element = decodeElement(bytes, start + 1);
    if (element === undefined) return undefined;
    // Damaged text would be read as another key, and the scan go on at another place.
    if (code === stringCode && !isUtf8(element.content)) return undefined;
    const [type, encoding] =
      code === bytesCode ? (['B', 'base64'] as const) : (['S', 'utf8'] as const);
    return { value: { type, value: element.content.toString(encoding) }, next: element.next };
  }
  if (code !== nestedCode) return undefined;
  const tag = decodeValue(bytes, start + 1);
  const digits = tag?.value.value === 'N' ? decodeValue(bytes, tag.next) : undefined;
  if (digits?.value.type !== 'S' || bytes[digits.next] !== end) return undefined;
  if (!numberPattern.test(digits.value.value)) return undefined;
  return { value: { type: 'N', value: digits.value.value }, next: digits.next + 1 };
}

/** The content up to the end byte, with zero bytes unescaped; undefined when the end is missing. */
function decodeElement(bytes: Buffer, start: number) {
  const content: number[] = [];
  for (let index = start; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? end;
    if (byte === end && bytes[index + 1] !== escapedZero) {
      return { content: Buffer.from(content), next: index + 1 };
    }
    content.push(byte);
    if (byte === end) index += 1;
  }
  return undefined;
}

function invalid(text: string, problem: string): ConnectorError {
  return new ConnectorError(
    errorCodes.stateInvalid,
    `Start key "${text}" in the state ${problem}`,
    {
      hint: "Increment the binding's backfill counter to start over.",
    },
  );
}
