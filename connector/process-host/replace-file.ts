/** Replacing a file so that nobody ever finds half of it. */

import {
  mkdir,
  open,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../errors.ts';

/** A name has 255 bytes at most on most file systems, and ours is longer than that of the file. */
const nameBytesMax = 200;
/** What the process's own mask leaves of it. */
const publicMode = 0o666;
const privateMode = 0o600;

/**
 * Writes a file beside the old one, lets the disk have it, and puts it in the old one's place. A link stays a
 * link, and the file keeps its permissions; a new one that is private can be read by its owner alone. Rejects with
 * Node's error; then the old file is as it was.
 */
export async function replaceFile(
  file: string,
  text: string | Iterable<string>,
  { isPrivate }: { readonly isPrivate: boolean } = { isPrivate: false },
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const target = await realpath(file).catch(() => file);
  const stats = await stat(target).catch(() => undefined);
  // A device such as /dev/null must not become a file; and nothing can take the place of a folder.
  if (stats !== undefined && !stats.isFile()) {
    await writeFile(target, text);
    return;
  }
  const temporary = temporaryOf(target);
  const handle = await openNew(temporary, isPrivate ? privateMode : publicMode);
  try {
    try {
      if (stats !== undefined) await handle.chmod(stats.mode & 0o7777);
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

// A name of its own for each time would leave another file behind with each process that is killed here; and one
// that ends with the file's own name and `.tmp` may be a user's.
function temporaryOf(target: string): string {
  const name = Buffer.from(path.basename(target)).subarray(0, nameBytesMax).toString();
  return path.join(path.dirname(target), `.${name}.source-dynamodb.tmp`);
}

/** Never opens what is there, which may be a link that somebody has put in the way: it is removed. */
async function openNew(file: string, mode: number): Promise<FileHandle> {
  try {
    return await open(file, 'wx', mode);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    await rm(file, { force: true });
    return await open(file, 'wx', mode);
  }
}
