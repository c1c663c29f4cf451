/** What the transcoder's tests share: framings, frames taken apart, failures as data. */

import { nameOf } from '../../../connector/errors.ts';
import type {
  DocumentFraming,
  Frames,
  PageMeta,
  RecordRules,
} from '../../../connector/transcoder/transcoder.ts';

export const pageMeta: PageMeta = {
  epoch: '2026-08-21T10:00:00.000Z',
  scannedAt: '2026-08-21T10:00:01.000Z',
};

export const recordRules: RecordRules = {
  skipBeforeMs: 0,
  afterSequenceNumber: undefined,
  expandDeletesBeforeMs: 0,
};

const head = '{"captured":{"binding":3,"doc":';
const tail = '}}\n';

/** A line per document. */
export const framing: DocumentFraming = {
  head: Buffer.from(head),
  tail: Buffer.from(tail),
  seal: (_, __, end) => end,
};

/** A length of four bytes before each document, and a closing byte. */
export const binaryFraming: DocumentFraming = {
  head: Buffer.from([0, 0, 0, 0, 0xaa]),
  tail: Buffer.from([0xbb]),
  seal: (bytes, start, end) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setUint32(start, end - start - 4);
    return end;
  },
};

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The documents in the frames of `framing`. */
export function documentsOf(frames: Frames): string[] {
  return Array.from({ length: frames.count }, (_, index) => {
    const start = index === 0 ? 0 : frames.end(index - 1);
    const frame = Buffer.from(frames.bytes.subarray(start, frames.end(index))).toString();
    if (!frame.startsWith(head) || !frame.endsWith(tail)) throw new Error(`Not a frame: ${frame}`);
    return frame.slice(head.length, -tail.length);
  });
}

/** Code and message of the `ConnectorError` that `run` throws; anything else thrown goes on. */
export function failureOf(
  run: () => unknown,
): readonly [code: string, message: string] | undefined {
  try {
    run();
  } catch (error) {
    if (nameOf(error) !== 'ConnectorError') throw error;
    const { code, message } = error as { code: string; message: string };
    return [code, message];
  }
  return undefined;
}
