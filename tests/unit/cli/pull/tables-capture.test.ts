import { describe, expect, test } from '@jest/globals';
import { existsSync, unlinkSync } from 'node:fs';
import '../../../../connector/session/discovered-tables.ts';
import { caughtUp, newProject } from './pull-project.ts';

const key = [{ name: 'id', type: 'S' }] as const;

/** A project with a second table, and credentials in its environment. */
function twoTables() {
  const project = newProject();
  project.dynamoDb.createTable({ name: 'users', key });
  project.dynamoDb.enableStream('users');
  project.dynamoDb.put('users', { name: { S: 'Z' }, id: { S: 'u' } });
  return project;
}
const there = [...caughtUp, '--region', 'us-east-1', '--endpoint', 'http://localhost:8000'];

describe('source-dynamodb pull of tables', () => {
  test('needs no flow.yaml', async () => {
    const { run, pathOf } = twoTables();
    unlinkSync(pathOf('flow.yaml'));
    const { exitCode, stdout } = await run(
      ...there,
      '--table',
      'users',
      '--format',
      'jsonl',
      '--reduce',
    );
    expect([exitCode, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ id: 'u', name: 'Z' }),
    ]);
    expect(stdout.startsWith('{"id":')).toBe(true);
  });

  test('writes a file of each collection, and goes on with them', async () => {
    const { run, dynamoDb, textOf } = twoTables();
    const options = ['--table', '*', '--format', 'jsonl', '--output', 'out/', '--state', 's.json'];
    expect(await run(...there, ...options)).toMatchObject({ exitCode: 0, stdout: '' });
    const before = textOf('out/orders.jsonl');
    dynamoDb.put('users', { id: { S: 'v' } });
    expect(await run(...there, ...options)).toMatchObject({ exitCode: 0 });
    expect(textOf('out/orders.jsonl')).toBe(before);
    const ids = textOf('out/users.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect([ids.at(-1), ids.filter((id) => id === 'v')]).toEqual(['v', ['v']]);
  });

  test('writes CSV of reduced collections', async () => {
    const { run, textOf } = twoTables();
    const { exitCode } = await run(
      ...there,
      '--table',
      '*',
      '--format',
      'csv',
      '--reduce',
      '--output',
      'out/',
    );
    expect(exitCode).toBe(0);
    expect(textOf('out/users.csv')).toMatch(/^id,name,_meta\r\nu,Z,"\{/);
    expect(textOf('out/orders.csv').split('\r\n')).toHaveLength(7);
  });

  test.each([
    [['--region', 'us-east-1'], 'No table to pull is named'],
    [
      ['--region', 'us-east-1', '--endpoint', 'localhost:1', '--table', 'ordres'],
      'No table at http://localhost:1 matches "ordres"',
    ],
    [
      ['--table', 'users'],
      'No enabled binding of "acmeCo/try" in flow.yaml has a table that --table names',
    ],
    [['--format', 'csv'], 'CSV needs all of its columns before its first row'],
    [
      [...there.slice(2), '--table', '*', '--format', 'jsonl'],
      'Lines of jsonl do not say which of 2 collections they belong to',
    ],
  ])('refuses %j', async (options, want) => {
    const { exitCode, stderr } = await twoTables().run(...options, '--limit', '1');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(want)]);
    expect(existsSync('out')).toBe(false);
  });

  test('does not mix formats in one file', async () => {
    const { run } = newProject();
    const options = [...caughtUp, '--output', 'o', '--state', 's'];
    await run(...options);
    const { exitCode, stderr } = await run(...options, '--format', 'jsonl');
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('was started with --format flow'),
    ]);
  });
});
