/**
 * A file that one process has to itself.
 *
 * Problem. Node knows no locks of the system, and a file that says "taken" stays behind when its process is killed.
 *
 * Rule. The lock is a file beside the other, made only where there is none; it names the process and its machine. One
 * that names a process of this machine that is gone is moved away, and the way is free.
 *
 * Why it holds. Making the file and moving it are each one step of the system, so of several processes one succeeds.
 * A number that was given to another process meanwhile makes the lock seem alive: the error names both, and a person
 * may remove the file.
 */

import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { codeOf } from '../errors.ts';
import type { FileLock } from '../host.ts';

/** Each attempt that fails has met a lock that vanished meanwhile. */
const attemptsMax = 5;

/** Locks a file, which need not be there. */
export async function lockFile(file: string): Promise<FileLock> {
  const lock = `${file}.lock`;
  const own = `process ${process.pid} on ${hostname()}\n`;
  await mkdir(path.dirname(file), { recursive: true });
  for (let attempt = 0; ; attempt += 1) {
    if (await made(lock, own)) return { kind: 'held', release: () => rm(lock, { force: true }) };
    const holder = await readFile(lock, 'utf8').catch(() => '');
    if (isAlive(holder) || attempt >= attemptsMax) {
      return { kind: 'taken', lock, holder: holder.trim() };
    }
    await moveAway(lock, holder);
  }
}

async function made(lock: string, text: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx', 0o600);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** True also where nobody can know: a lock of another machine, or one that its process is just writing. */
function isAlive(holder: string): boolean {
  const [, id = '', machine] = /^process (\d+) on (.*)\n$/.exec(holder) ?? [];
  if (machine !== hostname()) return true;
  // A container's first process has the same number each time: who had our own number is gone.
  if (Number(id) === process.pid) return false;
  try {
    process.kill(Number(id), 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH'; // Somebody else's process may not be asked, but is there.
  }
}

/** Moves a dead process's lock away; one that another process has made in between is put back. */
async function moveAway(lock: string, holder: string): Promise<void> {
  const aside = `${lock}.${process.pid}`;
  try {
    await rename(lock, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await readFile(aside, 'utf8');
  if (moved === holder) await rm(aside, { force: true });
  else await rename(aside, lock);
}
