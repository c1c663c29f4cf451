/** Walks the bytes of a JSON text, member by member, and makes values only where asked to. */

import { closeMap, colon, comma, openList, openMap, quote, space } from './bytes.ts';
import {
  afterByte,
  type ByteSource,
  invalidResponse,
  numberEnd,
  separatorAt,
  skipSpace,
  stringEnd,
  textOf,
} from './json-bytes.ts';
import type { NameTable } from './name-table.ts';

/**
 * A place in a body. Each method begins at `at`, goes over any whitespace in front of what it reads, and leaves
 * `at` behind it. All throw `response-invalid` where the body is something else.
 */
export class JsonCursor implements ByteSource {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly #buffer: Buffer;

  constructor(body: Uint8Array, at = 0) {
    this.at = at;
    this.bytes = body;
    this.view = new DataView(body.buffer, body.byteOffset, body.length);
    this.#buffer = Buffer.from(body.buffer, body.byteOffset, body.length);
  }

  /** The next byte that is not whitespace, without taking it; undefined at the end. */
  peek(): number | undefined {
    const byte = this.bytes[this.at];
    if (byte === undefined || byte > space) return byte;
    this.at = skipSpace(this.bytes, this.at);
    return this.bytes[this.at];
  }

  take(byte: number): void {
    this.at = afterByte(this.bytes, this.at, byte);
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
    this.at = separatorAt(this.bytes, this.at, close);
    return this.bytes[this.at++] === comma;
  }

  /** The index in `names` of a member's name, -1 for another; goes past the colon. */
  member(names: NameTable): number {
    const start = this.skipString();
    const index = names.find(this, start, this.at);
    this.take(colon);
    return index;
  }

  /** Where the string begins that was skipped. */
  skipString(): number {
    this.peek();
    const start = this.at;
    this.at = stringEnd(this, start);
    return start;
  }

  string(): string {
    const start = this.skipString();
    return this.text(start, this.at);
  }

  /** The text of the string that lies from `start` to `end`, quotes included. */
  text(start: number, end: number): string {
    return textOf(this.#buffer, start, end);
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

  literal(): 'true' | 'false' | 'null' {
    const byte = this.peek();
    const literal = byte === 0x74 ? 'true' : byte === 0x66 ? 'false' : 'null';
    if (!this.#isAhead(literal)) throw this.expected('a value');
    this.at += literal.length;
    return literal;
  }

  /** The text of a number. */
  number(): string {
    this.peek();
    const start = this.at;
    this.at = numberEnd(this.bytes, start);
    return this.#buffer.toString('latin1', start, this.at);
  }

  /** Past a value of any kind and depth; a list of what is open stands for the recursion. */
  skipValue(): void {
    const first = this.peek();
    if (first === quote) this.at = stringEnd(this, this.at);
    else if (first === openMap || first === openList) this.#skipContainer();
    else this.#skipScalar(first);
  }

  #skipContainer(): void {
    const closes: number[] = [];
    for (;;) {
      const byte = this.peek();
      if (byte !== openMap && byte !== openList) this.#skipScalar(byte);
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
    return invalidResponse(this.bytes, this.at, what);
  }

  #isAhead(text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.bytes[this.at + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #skipName(): void {
    this.skipString();
    this.take(colon);
  }

  #skipScalar(byte: number | undefined): void {
    if (byte === quote) this.at = stringEnd(this, this.at);
    else if (byte === 0x74 || byte === 0x66 || byte === 0x6e) this.literal();
    else if (byte === undefined || byte === closeMap || byte === 0x5d)
      throw this.expected('a value');
    else this.at = numberEnd(this.bytes, this.at);
  }
}
