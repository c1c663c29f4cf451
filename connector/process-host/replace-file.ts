/** Replacing a file so that nobody ever finds half of it. */

import { mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file beside the old one, lets the disk have it, and puts it in the old one's place. A link stays a
 * link, and the file keeps its permissions. Rejects with Node's error; then the old file is as it was.
 */
export async function replaceFile(file: string, text: string | Iterable<string>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const target = await realpath(file).catch(() => file);
  const stats = await stat(target).catch(() => undefined);
  // A device such as /dev/null must not become a file; and nothing can take the place of a folder.
  if (stats !== undefined && !stats.isFile()) {
    await writeFile(target, text);
    return;
  }
  // A name of its own for each time would leave another file behind with each process that is killed here.
  const temporary = `${target}.tmp`;
  try {
    const handle = await open(temporary, 'w', stats?.mode);
    try {
      await writeFile(handle, text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
