/** A file that grows, and can be cut back to what is known to be good. */

import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { FileSink } from '../host.ts';

/** For its owner alone: items may hold anything. */
const newMode = 0o600;

/**
 * Opens a file to write behind its first bytes; what lies behind them is cut off. Rejects with Node's error, and
 * with a `RangeError` when the file is shorter.
 */
export async function openFileSink(file: string, keptBytes: number): Promise<FileSink> {
  await mkdir(path.dirname(file), { recursive: true });
  // Neither truncated by opening nor in append mode, in which positions count for nothing on Linux.
  const handle = await open(file, keptBytes === 0 ? 'w' : 'r+', newMode);
  let end = keptBytes;
  try {
    const { size } = await handle.stat();
    if (size < keptBytes) throw new RangeError(`${size} bytes`);
    if (size > keptBytes) await handle.truncate(keptBytes);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    async append(pieces) {
      let left: readonly Uint8Array[] = pieces.filter((piece) => piece.length > 0);
      while (left.length > 0) {
        const { bytesWritten } = await handle.writev(left, end);
        end += bytesWritten;
        left = behind(left, bytesWritten);
      }
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** The pieces without their first bytes: a full disk, or a signal, may end a write early. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = bytes;
  return pieces.flatMap((piece) => {
    const skip = Math.min(skipped, piece.length);
    skipped -= skip;
    return skip === piece.length ? [] : [piece.subarray(skip)];
  });
}
