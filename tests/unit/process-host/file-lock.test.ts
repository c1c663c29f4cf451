import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { lockFile } from '../../../connector/process-host/file-lock.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'file-lock-'));
  file = path.join(folder, 'state.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const heldBy = (id: number, machine = hostname()) => {
  writeFileSync(`${file}.lock`, `process ${id} on ${machine}\n`);
};
const deadProcess = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('lockFile()', () => {
  test('holds a file until it is released, and leaves nothing behind', async () => {
    const lock = await lockFile(file);
    expect([lock.kind, readdirSync(folder)]).toEqual(['held', ['state.json.lock']]);
    expect(statSync(`${file}.lock`).mode & 0o777).toBe(0o600);
    if (lock.kind === 'held') await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('says who has it', async () => {
    heldBy(process.ppid);
    const holder = `process ${process.ppid} on ${hostname()}`;
    expect(await lockFile(file)).toEqual({ kind: 'taken', lock: `${file}.lock`, holder });
  });

  test.each<[string, () => void]>([
    [
      'a process that was killed',
      () => {
        heldBy(deadProcess());
      },
    ],
    [
      'one before us that had our number, as in a container',
      () => {
        heldBy(process.pid);
      },
    ],
  ])('takes it over from %s', async (_, leave) => {
    leave();
    expect(await lockFile(file)).toMatchObject({ kind: 'held' });
    expect(readFileSync(`${file}.lock`, 'utf8')).toBe(`process ${process.pid} on ${hostname()}\n`);
    expect(readdirSync(folder)).toEqual(['state.json.lock']);
  });

  test.each<[string, () => void]>([
    [
      'of another machine',
      () => {
        heldBy(deadProcess(), 'elsewhere');
      },
    ],
    [
      'that nobody can read',
      () => {
        writeFileSync(`${file}.lock`, '');
      },
    ],
  ])('leaves a lock alone %s', async (_, leave) => {
    leave();
    expect(await lockFile(file)).toMatchObject({ kind: 'taken' });
    expect(existsSync(`${file}.lock`)).toBe(true);
  });
});
