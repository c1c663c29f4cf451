import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { runCommandLine } from '../../../connector/cli/cli.ts';
import { fakeCommandHost } from './memory-files.ts';

async function scriptOf(shell: string): Promise<string> {
  const { host, stdout } = fakeCommandHost();
  expect(await runCommandLine(['completion', shell], host)).toBe(0);
  return stdout();
}

test.each([
  [['source-dynamodb', 'v'], ['validate']],
  [['source-dynamodb', 'discover', '--w'], ['--write']],
  [
    ['source-dynamodb', 'pull', '--until', ''],
    ['backfilled', 'caught-up'],
  ],
  [['source-dynamodb', 'pull', '--format', 'c'], ['csv']],
])('bash completes %j', async (words, want) => {
  const list = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _source_dynamodb; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['-c', `${await scriptOf('bash')}\n${ask}`], {
    encoding: 'utf8',
  });
  expect(stdout.trim().split('\n')).toEqual(want);
});

test('zsh and fish are told the same commands and options', async () => {
  const [zsh, fish] = [await scriptOf('zsh'), await scriptOf('fish')];
  expect(zsh).toMatch(/^autoload -U \+X bashcompinit/);
  for (const text of ['-l write', "-l until -r -f -a 'backfilled caught-up'", '-a validate -d'])
    expect(fish).toContain(text);
});
