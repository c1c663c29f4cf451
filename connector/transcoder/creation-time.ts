/** When a record was written: epoch seconds on the wire, RFC 3339 in documents. */

import { rfc3339 } from '../time.ts';
import { closeMap, comma } from './bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import { canonicalNumber } from './number.ts';

/** The first second of the year 10000, which RFC 3339 cannot write. */
const secondsEnd = 253_402_300_800;

/** Reads times; the last one is kept, since the records of a page share few. */
export class CreationTime {
  /** Milliseconds since the epoch; a finer fraction is cut. */
  ms = 0;
  /** The JSON string, with all of the fraction. */
  json: Uint8Array = new Uint8Array();
  #text: Uint8Array = new Uint8Array();

  /** Reads the number at the cursor. */
  read(cursor: JsonCursor): void {
    cursor.peek();
    if (this.#isRepeated(cursor)) return;
    const { at } = cursor;
    const [seconds = '', fraction = ''] = canonicalNumber(cursor.number())?.split('.') ?? [];
    if (!/^\d+$/.test(seconds) || Number(seconds) >= secondsEnd) {
      cursor.at = at;
      throw cursor.expected('a time in epoch seconds');
    }
    const wholeMs = Number(seconds) * 1000;
    this.ms = wholeMs + Number(fraction.slice(0, 3).padEnd(3, '0'));
    const decimals = fraction === '' ? '' : `.${fraction}`;
    this.json = Buffer.from(`"${rfc3339(wholeMs).slice(0, 19)}${decimals}Z"`);
    this.#text = cursor.bytes.slice(at, cursor.at);
  }

  #isRepeated(cursor: JsonCursor): boolean {
    const { bytes, at } = cursor;
    const { length } = this.#text;
    for (let index = 0; index < length; index++) {
      if (this.#text[index] !== bytes[at + index]) return false;
    }
    const next = bytes[at + length];
    if (length === 0 || (next !== comma && next !== closeMap)) return false;
    cursor.at += length;
    return true;
  }
}
