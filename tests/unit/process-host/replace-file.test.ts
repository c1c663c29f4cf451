import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { replaceFile } from '../../../connector/process-host/replace-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'replace-file-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('replaceFile()', () => {
  test('makes a file and its folder', async () => {
    const file = path.join(folder, 'schemas', 'orders.yaml');
    await replaceFile(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  test('keeps permissions and links, and leaves nothing behind', async () => {
    const file = path.join(folder, 'real.yaml');
    const link = path.join(folder, 'link.yaml');
    writeFileSync(file, 'old');
    chmodSync(file, 0o640);
    symlinkSync(file, link);
    await replaceFile(link, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['link.yaml', 'real.yaml']);
  });

  test('makes a private file for its owner alone, and leaves the permissions of one that is there', async () => {
    const [fresh, shared] = ['state.json', 'shared.json'].map((name) => path.join(folder, name));
    writeFileSync(shared!, 'old');
    chmodSync(shared!, 0o666);
    await replaceFile(fresh!, 'new', { isPrivate: true });
    await replaceFile(shared!, 'new', { isPrivate: true });
    expect([fresh!, shared!].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o666]);
  });

  test('does not follow a link that lies where it writes first', async () => {
    const victim = path.join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, path.join(folder, '.state.json.source-dynamodb.tmp'));
    symlinkSync(victim, path.join(folder, 'state.json.tmp'));
    await replaceFile(path.join(folder, 'state.json'), 'new');
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readdirSync(folder).sort()).toEqual(['state.json', 'state.json.tmp', 'victim']);
  });

  test('replaces a file whose name is as long as names may be', async () => {
    const file = path.join(folder, 'x'.repeat(255));
    await replaceFile(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  test('takes a text in pieces', async () => {
    const file = path.join(folder, 'rows.jsonl');
    await replaceFile(file, ['one\n', 'two\n']);
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  });

  test('leaves devices as they are', async () => {
    await replaceFile('/dev/null', 'nothing');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test('leaves what is there when it fails', async () => {
    const file = path.join(folder, 'taken');
    mkdirSync(file);
    writeFileSync(path.join(file, 'inside'), 'old');
    await expect(replaceFile(file, 'new')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});
