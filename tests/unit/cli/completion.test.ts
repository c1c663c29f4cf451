import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommandLine } from '../../../connector/cli/cli.ts';
import { fakeCommandHost } from './memory-files.ts';

/** A script in a file of its own, as a shell sources it. */
async function scriptFile(shell: string): Promise<string> {
  const { host, stdout } = fakeCommandHost();
  expect(await runCommandLine(['completion', shell], host)).toBe(0);
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'completion-')), `script.${shell}`);
  writeFileSync(file, stdout());
  return file;
}

const run = (shell: string, args: readonly string[]) =>
  spawnSync(shell, args, { encoding: 'utf8', timeout: 30_000 });
// Not on every machine: there they are only read.
const testWith = (shell: string) => (run(shell, ['--version']).status === 0 ? test : test.skip);

const cases: readonly (readonly [line: string, want: readonly string[]])[] = [
  ['source-dynamodb v', ['validate']],
  ['source-dynamodb --vers', ['--version']],
  ['source-dynamodb discover --w', ['--write']],
  ['source-dynamodb pull --until ', ['backfilled', 'caught-up']],
  ['source-dynamodb pull --format c', ['csv']],
  ['source-dynamodb completion f', ['fish']],
];

describe('completion', () => {
  test.each(cases)('bash completes "%s"', async (line, want) => {
    const words = line.split(' ').map((word) => `'${word}'`);
    const ask = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _source_dynamodb; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = run('bash', ['-c', `source ${await scriptFile('bash')}; ${ask}`]);
    expect(stdout.trim().split('\n')).toEqual(want);
  });

  test('bash leaves the values of other options to names of files', async () => {
    const ask = `COMP_WORDS=(source-dynamodb pull --output ''); COMP_CWORD=3; _source_dynamodb; echo "\${#COMPREPLY[@]}"`;
    const { stdout } = run('bash', ['-c', `source ${await scriptFile('bash')}; ${ask}`]);
    expect(stdout.trim()).toBe('0');
  });

  testWith('fish')('fish completes the same', async () => {
    const script = await scriptFile('fish');
    for (const [line, want] of cases) {
      const { stdout, stderr } = run('fish', [
        '--no-config',
        '-c',
        `source ${script}; complete -C '${line}'`,
      ]);
      expect([line, stderr]).toEqual([line, '']);
      const got = stdout
        .trim()
        .split('\n')
        .map((each) => each.split('\t')[0]);
      expect([line, got]).toEqual([line, want]);
    }
  });

  // What a terminal shows once the tab key was pressed.
  testWith('zsh')('zsh completes the same', async () => {
    const script = await scriptFile('zsh');
    const types = cases.map(
      ([line, want]) =>
        `zpty -w -n z '${line}'$'\\t'; zpty -r -m z out '*${want.at(-1) ?? ''}*' || exit 1; zpty -w -n z $'\\x15'`,
    );
    const { status, stderr } = run('zsh', [
      '-f',
      '-c',
      [
        'zmodload zsh/zpty',
        'zpty z zsh -f -i',
        `zpty -w z "autoload -U compinit; compinit -u -D; source ${script}; echo rea''dy"`,
        "zpty -r -m z out '*ready*' || exit 2",
        ...types,
        'zpty -d z',
      ].join('\n'),
    ]);
    expect([status, stderr]).toEqual([0, '']);
  });
});
