import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { factsOf } from '../../../connector/process-host/file-facts.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'file-facts-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const at = (...names: string[]) => path.join(folder, ...names);

test('factsOf() tells files, folders, devices and nothing apart', async () => {
  writeFileSync(at('file'), 'five!');
  const got = [];
  for (const file of [at('file'), folder, '/dev/null', at('none'), at('no', 'folder')]) {
    const { kind, bytes } = await factsOf(file);
    got.push([kind, bytes]);
  }
  expect(got).toEqual([
    ['file', 5],
    ['folder', 0],
    ['device', 0],
    ['none', 0],
    ['none', 0],
  ]);
});

test('factsOf() knows one file by all its names, there or yet to be made', async () => {
  writeFileSync(at('file'), '');
  mkdirSync(at('real'));
  symlinkSync('file', at('link'));
  linkSync(at('file'), at('hard'));
  symlinkSync('real', at('folder'));
  symlinkSync('real/new', at('dangling'));
  symlinkSync('dangling', at('twice'));
  const identity = async (...names: string[]) => (await factsOf(at(...names))).identity;
  const there = [await identity('link'), await identity('hard'), await identity('.', 'file')];
  expect(new Set(there)).toEqual(new Set([await identity('file')]));
  const names = [['folder', 'new'], ['real', 'new'], ['dangling'], ['twice']];
  const future = await Promise.all(names.map((parts) => identity(...parts)));
  expect(new Set(future).size).toBe(1);
  expect(await identity('real', 'other')).not.toBe(future[0]);
});
