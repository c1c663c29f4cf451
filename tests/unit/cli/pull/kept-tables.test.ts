import { describe, expect, test } from '@jest/globals';
import { keptTables, withKeptTables } from '../../../../connector/cli/pull/kept-tables.ts';
import type { PullState } from '../../../../connector/cli/pull/pull-state.ts';
import '../../../../connector/session/discovered-tables.ts';
import { caughtUp, newProject } from './pull-project.ts';

const key = [{ name: 'id', type: 'S' }] as const;
const there = [...caughtUp, '--region', 'us-east-1', '--endpoint', 'http://localhost:8000'];

/** A project with a second table, and a run of both that has caught up. */
async function bothCaughtUp(...options: string[]) {
  const project = newProject();
  project.dynamoDb.createTable({ name: 'users', key });
  project.dynamoDb.enableStream('users');
  project.dynamoDb.put('users', { id: { S: 'u' } });
  const pull = (tables: string) =>
    project.run(...there, '--table', tables, '--state', 's.json', ...options);
  expect((await pull('*')).exitCode).toBe(0);
  return { ...project, pull };
}

const documentsOf = (stdout: string) =>
  stdout
    .split('\n')
    .flatMap((line) => (line.startsWith('[') ? [JSON.parse(line) as unknown[]] : []));

describe('a state file of more tables than are pulled', () => {
  test('keeps the positions of the others, and says so', async () => {
    const { pull, dynamoDb, textOf } = await bothCaughtUp();
    const { stderr } = await pull('users');
    expect(stderr).toContain(
      's.json keeps the positions of 1 table that this run did not capture: orders.',
    );
    expect(
      Object.keys(
        (JSON.parse(textOf('s.json')) as { state: { bindingStateV1: object } }).state
          .bindingStateV1,
      ),
    ).toEqual(expect.arrayContaining(['orders', 'users']));
    dynamoDb.put('orders', { id: { S: 'new' } });
    const { stdout, stderr: after } = await pull('*');
    expect(documentsOf(stdout).map(([, document]) => document)).toEqual([
      expect.objectContaining({ id: 'new' }),
    ]);
    expect(after).not.toContain('keeps the positions');
  });

  test('keeps the rows of the others too', async () => {
    const { pull, dynamoDb } = await bothCaughtUp('--reduce');
    dynamoDb.put('users', { id: { S: 'v' } });
    await pull('users');
    const ids = documentsOf((await pull('*')).stdout).map(
      ([, document]) => (document as { id: string }).id,
    );
    expect(ids).toEqual(['a', 'b', 'c', 'd', 'e', 'u', 'v']);
  });

  test('keeps the files of the others in a folder', async () => {
    const { pull, dynamoDb, textOf } = await bothCaughtUp('--format', 'jsonl', '--output', 'out/');
    const orders = textOf('out/orders.jsonl');
    dynamoDb.put('users', { id: { S: 'v' } });
    await pull('users');
    expect(textOf('out/orders.jsonl')).toBe(orders);
    dynamoDb.put('orders', { id: { S: 'new' } });
    await pull('*');
    expect(textOf('out/orders.jsonl').startsWith(orders)).toBe(true);
    expect(textOf('out/orders.jsonl').length).toBeGreaterThan(orders.length);
  });
});

describe('keptTables()', () => {
  const stateOf = (...stateKeys: string[]) => ({
    bindingStateV1: Object.fromEntries(stateKeys.map((stateKey) => [stateKey, { of: stateKey }])),
  });
  test.each<[name: string, saved: string[], now: string[], kept: string[]]>([
    ['nothing where all are captured', ['a', 'b'], ['a', 'b'], []],
    ['what is not captured', ['a', 'b.v2'], ['a'], ['b.v2']],
    ['no table that has begun anew', ['a', 'b', 'b.v1'], ['b.v2'], ['a']],
    ['all before a table has begun', ['a'], [], ['a']],
  ])('keeps %s', (_, before, now, kept) => {
    const saved = { state: stateOf(...before) } as unknown as PullState;
    expect(keptTables(saved, stateOf(...now)).map(([stateKey]) => stateKey)).toEqual(kept);
    const { bindingStateV1 } = withKeptTables(saved, stateOf(...now)) as ReturnType<typeof stateOf>;
    expect(Object.keys(bindingStateV1).sort()).toEqual([...now, ...kept].sort());
  });
});
