/** The packed tarball, installed as users install it: it needs nothing but Node. */

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

// npm itself takes seconds to start on a busy machine.
jest.setTimeout(120_000);

let folder = '';
let tarball = '';
const npm = (...words: string[]) =>
  execFileSync('npm', [...words, '--offline', '--no-audit', '--no-fund'], { encoding: 'utf8' });

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'install-'));
  const [packed] = JSON.parse(
    npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  ) as [{ readonly filename: string }];
  tarball = path.join(folder, packed.filename);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the packed tarball', () => {
  test('is installed alone, and runs by its name', () => {
    npm('install', '--global', '--prefix', folder, tarball);
    expect(readdirSync(path.join(folder, 'lib/node_modules'))).toEqual(['source-dynamodb']);
    const program = path.join(folder, 'bin/source-dynamodb');
    const output = execFileSync(program, { encoding: 'utf8', input: '{"spec":{}}\n' });
    expect(JSON.parse(output)).toMatchObject({ spec: { protocol: 3032023 } });
  });

  test('runs by npx, in a folder without a package of its own', () => {
    const output = execFileSync('npx', ['--yes', '--offline', `file:${tarball}`, 'spec'], {
      cwd: tmpdir(),
      encoding: 'utf8',
    });
    expect(output).toContain('configSchema');
  });

  test('brings the licences of the packages inside', () => {
    const file = path.join(folder, 'lib/node_modules/source-dynamodb/dist/licences.txt');
    const text = readFileSync(file, 'utf8');
    for (const name of ['@aws-sdk/client-dynamodb', 'ajv', 'commander', 'yaml']) {
      expect(text).toMatch(new RegExp(`^${name} [0-9.]+: \\S+$`, 'm'));
    }
    expect(text).toContain('Apache License');
    expect(text).toContain('Permission is hereby granted, free of charge');
  });
});
