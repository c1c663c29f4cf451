/** What is left of a page's frames. */

import type { Frames } from '../transcoder/transcoder.ts';

/** The frames without those dropped (ascending), as few pieces as possible. */
export function remainingFrames(frames: Frames, dropped: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  const add = (end: number) => {
    if (end > start) pieces.push(frames.bytes.subarray(start, end));
  };
  for (const index of dropped) {
    add(index === 0 ? 0 : frames.end(index - 1));
    start = frames.end(index);
  }
  add(frames.count === 0 ? 0 : frames.end(frames.count - 1));
  return pieces;
}
