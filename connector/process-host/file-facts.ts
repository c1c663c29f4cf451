/** What a path leads to, whatever links lie on the way. */

import { readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../errors.ts';
import type { FileFacts } from '../host.ts';

/** More links in a row are a circle. */
const linksMax = 40;

/** Rejects with Node's error where that cannot be known. */
export async function factsOf(file: string): Promise<FileFacts> {
  try {
    const stats = await stat(file);
    const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'device';
    // Two names of one file have the number in common, but not their real path.
    return { kind, identity: `${stats.dev}:${stats.ino}`, bytes: kind === 'file' ? stats.size : 0 };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return { kind: 'none', identity: await futurePath(path.resolve(file), linksMax), bytes: 0 };
  }
}

/** Where a file will be once it is made: links on the way may lead to it before it is there. */
async function futurePath(file: string, linksLeft: number): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || linksLeft === 0) throw error;
  }
  const folder = path.dirname(file);
  if (folder === file) return file;
  const realFolder = await futurePath(folder, linksLeft - 1);
  const real = path.join(realFolder, path.basename(file));
  const target = await readlink(real).catch(() => undefined);
  return target === undefined
    ? real
    : await futurePath(path.resolve(realFolder, target), linksLeft - 1);
}
