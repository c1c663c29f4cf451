/** Walks the bytes of a JSON text, member by member, and makes values only where asked to. */

import {
  closeMap,
  colon,
  comma,
  decodeString,
  invalidResponse,
  openList,
  openMap,
  quote,
  stringEnd,
} from './json-bytes.ts';
import type { NameTable } from './name-table.ts';

const literals = ['true', 'false', 'null'] as const;
type Literal = (typeof literals)[number];
// Longer ones are no numbers of an AWS response, and no text should be sliced without a limit.
const numberBytesMax = 400;
const numberPattern = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * A place in a body. Each method begins at `at`, goes over any whitespace in front of what it reads, and leaves
 * `at` behind it. All throw `response-invalid` where the body is something else.
 */
export class JsonCursor {
  readonly body: Uint8Array;
  at = 0;

  constructor(body: Uint8Array) {
    this.body = body;
  }

  /** The next byte that is not whitespace, without taking it; undefined at the end. */
  peek(): number | undefined {
    let byte = this.body[this.at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      byte = this.body[++this.at];
    }
    return byte;
  }

  take(byte: number): void {
    if (this.peek() !== byte) throw this.expected(`"${String.fromCharCode(byte)}"`);
    this.at++;
  }

  /** Enters a map or list; false, and past it, when it is empty. */
  open(byte: typeof openMap | typeof openList): boolean {
    this.take(byte);
    if (this.peek() !== byte + 2) return true;
    this.at++;
    return false;
  }

  /** After a member or element: true when another follows, false when its container was closed. */
  next(close: number): boolean {
    const byte = this.peek();
    if (byte !== comma && byte !== close) {
      throw this.expected(`"," or "${String.fromCharCode(close)}"`);
    }
    this.at++;
    return byte === comma;
  }

  /** The index in `names` of a member's name, -1 for another; goes past the colon. */
  member(names: NameTable): number {
    const start = this.skipString();
    const index = names.find(this.body, start, this.at);
    this.take(colon);
    return index;
  }

  /** Where the string begins that was skipped. */
  skipString(): number {
    this.peek();
    const start = this.at;
    this.at = stringEnd(this.body, start);
    return start;
  }

  string(): string {
    const start = this.skipString();
    return decodeString(this.body, start, this.at);
  }

  /** A string, or undefined where there is `null`. */
  stringOrNull(): string | undefined {
    return this.takeNull() ? undefined : this.string();
  }

  /** True when there was a `null`, now taken. */
  takeNull(): boolean {
    if (this.peek() !== 0x6e) return false;
    this.literal();
    return true;
  }

  literal(): Literal {
    this.peek();
    const literal = literals.find((text) => this.#isAhead(text));
    if (literal === undefined) throw this.expected('a value');
    this.at += literal.length;
    return literal;
  }

  /** The text of a number. */
  number(): string {
    this.peek();
    const start = this.at;
    const window = this.body.subarray(start, start + numberBytesMax + 1);
    const length = window.findIndex(
      (byte) => !'+-.0123456789Ee'.includes(String.fromCharCode(byte)),
    );
    const text = Buffer.from(length < 0 ? window : window.subarray(0, length)).toString('latin1');
    if (text.length > numberBytesMax || !numberPattern.test(text)) throw this.expected('a number');
    this.at = start + text.length;
    return text;
  }

  /** Past a value of any kind and depth; a list of what is open stands for the recursion. */
  skipValue(): void {
    const closes: number[] = [];
    for (;;) {
      const byte = this.peek();
      const isContainer = byte === openMap || byte === openList;
      if (!isContainer) this.#skipScalar(byte);
      else if (this.open(byte)) {
        closes.push(byte + 2);
        if (byte === openMap) this.#skipName();
        continue;
      }
      let close = closes.at(-1);
      while (close !== undefined && !this.next(close)) {
        closes.pop();
        close = closes.at(-1);
      }
      if (close === undefined) return;
      if (close === closeMap) this.#skipName();
    }
  }

  /** After the outermost value: nothing but whitespace may follow. */
  end(): void {
    if (this.peek() !== undefined) throw this.expected('the end');
  }

  expected(what: string): Error {
    return invalidResponse(this.body, this.at, what);
  }

  #isAhead(text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.body[this.at + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #skipName(): void {
    this.skipString();
    this.take(colon);
  }

  #skipScalar(byte: number | undefined): void {
    if (byte === quote) this.at = stringEnd(this.body, this.at);
    else if (byte === 0x74 || byte === 0x66 || byte === 0x6e) this.literal();
    else if (byte === undefined || byte === closeMap || byte === 0x5d)
      throw this.expected('a value');
    else this.number();
  }
}
