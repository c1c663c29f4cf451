/** Bytes from outside, as the byte loops want them. */

import { isUtf8 } from 'node:buffer';
import { invalidResponse } from './json-bytes.ts';

/**
 * The body as a plain array, since compiled code is made for one kind, and valid UTF-8, checked here at many times
 * the speed that the loops could.
 */
export function plainBytes(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.buffer, body.byteOffset, body.length);
  if (isUtf8(bytes)) return bytes;
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isUtf8(bytes.subarray(0, characterStart(bytes, middle)))) valid = middle;
    else invalid = middle;
  }
  throw invalidResponse(bytes, characterStart(bytes, valid), 'UTF-8');
}

/** Where the character begins that the byte at `at` belongs to. */
function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
