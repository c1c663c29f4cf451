/** Lines out of pieces of bytes. */

import { ExportUnusable } from './repair-error.ts';

/** Both images of the largest item, as JSON, are some megabytes. */
const lineBytesMax = 32 * 1024 * 1024;
const newline = 0x0a;

/** Each line is a copy of its own, and stays as it is. */
export class LineReader {
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  /** The lines that end in this piece. */
  push(piece: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
      const line = this.#joined(piece.subarray(start, end));
      if (line.length > 0) lines.push(line);
      start = end + 1;
    }
    if (start < piece.length) this.#keep(piece.slice(start));
    return lines;
  }

  /** The line that no newline has ended, if there is one. */
  end(): Uint8Array[] {
    const line = this.#joined(new Uint8Array());
    return line.length > 0 ? [line] : [];
  }

  #keep(bytes: Uint8Array): void {
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
    if (this.#restBytes > lineBytesMax) {
      throw new ExportUnusable(`A line has more than ${lineBytesMax} bytes`);
    }
  }

  #joined(last: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return last.slice();
    const line = new Uint8Array(Buffer.concat([...this.#rest, last]));
    this.#rest = [];
    this.#restBytes = 0;
    return line;
  }
}
