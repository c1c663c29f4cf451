import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { caughtUp, newProject } from './pull-project.ts';

describe('source-dynamodb pull', () => {
  test('prints documents, and says on stderr how it went', async () => {
    const { exitCode, ids, stderr } = await newProject().run(...caughtUp);
    expect([exitCode, ids.toSorted()]).toEqual([0, ['a', 'b', 'c', 'd', 'e']]);
    expect(stderr).toMatch(/^✓ 5 documents in \d+ s \(backfilled and caught up\)$/m);
  });

  test('prints the rows that are left, in the order of their key', async () => {
    const project = newProject();
    const options = [...caughtUp, '--reduce', '--state', 'state.json'];
    expect((await project.run(...options)).ids).toEqual(['a', 'b', 'c', 'd', 'e']);
    project.dynamoDb.delete('orders', { id: { S: 'c' } });
    project.dynamoDb.put('orders', { id: { S: 'aa' } });
    expect((await project.run(...options)).ids).toEqual(['a', 'aa', 'b', 'd', 'e']);
    const toFile = await project.run(...options, '--output', 'rows.jsonl');
    expect([toFile.ids, project.textOf('rows.jsonl').split('\n').length]).toEqual([[], 6]);
  });

  test('reduces by the schema of the flow.yaml', async () => {
    const schema = { type: 'object', required: ['total'], reduce: { strategy: 'merge' } };
    const { exitCode, stderr } = await newProject({ schema }).run(...caughtUp, '--reduce');
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('Error: Cannot reduce collection "acmeCo/orders" by its schema: '),
    ]);
  });

  test('stops at a limit, at a checkpoint where that is possible', async () => {
    const project = newProject();
    const first = await project.run('--limit', '2', '--state', 'state.json');
    expect(first.ids.length).toBe(2);
    expect(first.stderr).not.toContain('lie behind');
    const rest = await project.run(...caughtUp, '--state', 'state.json');
    expect([...first.ids, ...rest.ids].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test.each<[string, string[], string[], string]>([
    [
      'rows of what was started without',
      ['--output', 'out.jsonl'],
      ['--reduce'],
      'State file "state.json" was started without --reduce, and has no rows to continue from\n' +
        'Hint:  Leave out --reduce, or name another file with --state.',
    ],
    [
      'documents of what was started with rows',
      ['--reduce'],
      [],
      'State file "state.json" was started with --reduce\n' +
        'Hint:  Add --reduce, or name another file with --state.',
    ],
    [
      'another output',
      ['--output', 'out.jsonl'],
      [],
      'State file "state.json" was started with its documents going to "out.jsonl"\n' +
        'Hint:  Use --output out.jsonl, or name another file with --state.',
    ],
    [
      'a file after stdout',
      [],
      ['--output', 'out.jsonl'],
      'State file "state.json" was started with its documents going to stdout\n' +
        'Hint:  Use --output -, or name another file with --state.',
    ],
  ])('refuses %s', async (_, before, now, want) => {
    const project = newProject();
    const options = [...caughtUp, '--state', 'state.json'];
    expect((await project.run(...options, ...before)).exitCode).toBe(0);
    const { exitCode, stderr } = await project.run(...options, ...now);
    expect([exitCode, stderr.slice(stderr.indexOf('Error'))]).toEqual([
      1,
      `Error: ${want}\nCode:  state-invalid\n`,
    ]);
  });

  test('leaves no state file behind where nothing was captured', async () => {
    const project = newProject({ schema: { type: 'object' } });
    project.dynamoDb.dropTable('orders');
    const { exitCode } = await project.run('--reduce', '--state', 'state.json');
    expect([exitCode, await project.files.read(project.pathOf('state.json'))]).toEqual([
      1,
      undefined,
    ]);
  });

  test('tells machines what went wrong', async () => {
    const { exitCode, stderr } = await newProject({ hasBindings: false }).run('--json');
    expect([exitCode, JSON.parse(stderr)]).toEqual([
      1,
      {
        event: 'error',
        code: 'flow-file-invalid',
        message: 'Capture "acmeCo/try" in flow.yaml has only disabled bindings',
        hint: 'Add some with: source-dynamodb discover --write',
      },
    ]);
  });

  test.each([
    [['--limit', '0'], "option '--limit <count>' argument '0' is invalid"],
    [['--until', 'later'], "option '--until <when>' argument 'later' is invalid"],
    [['--stat', 'x'], "unknown option '--stat'"],
  ])('exits with 2 for %j', async (options, want) => {
    const { exitCode, stderr } = await newProject().run(...options);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(want)]);
  });
});

test('command-line.md has a row for each option of pull', async () => {
  const { exitCode, stdout } = await newProject().run('--help');
  const options = [...stdout.matchAll(/^ {2}(--\w+(?: <\w+>)?) /gm)].map(([, option]) => option);
  const page = readFileSync('connector/docs/command-line.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(--\w+(?: <\w+>)?)` +\| [^-\s]/gm)].map(([, row]) => row);
  expect([exitCode, rows]).toEqual([0, expect.arrayContaining(options)]);
  expect(options.length).toBe(12);
});
