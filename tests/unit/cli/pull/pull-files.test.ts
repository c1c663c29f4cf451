import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { caughtUp, newProject } from './pull-project.ts';

describe('the files of source-dynamodb pull', () => {
  describe('with files that are one', () => {
    test.each<[string[], string]>([
      [['--state', 'x', '--output', 'x'], '--state "x" and --output "x" are the same file'],
      [['--state', 'x', '--output', './y/../x'], 'are the same file'],
      [['--state', 'x', '--output', 'link-to-x'], 'are the same file'],
      [['--output', 'flow.yaml'], 'would overwrite "flow.yaml", which the capture was read from'],
      [['--output', 'link-to-flow'], 'would overwrite "flow.yaml"'],
      [['--output', 'orders.schema.json', '--reduce'], 'would overwrite "orders.schema.json"'],
      [['--output', 'orders.schema.json'], 'would overwrite "orders.schema.json"'],
      [['--state', 'orders.schema.json'], 'would overwrite "orders.schema.json"'],
      [['--output', 'folder'], '--output "folder" is a folder'],
      [['--state', 'folder'], '--state "folder" is a folder'],
    ])('writes nothing: %j', async (options, want) => {
      const { run, pathOf, textOf } = newProject({ schema: 'orders.schema.json' });
      const schema = '{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}';
      writeFileSync(pathOf('orders.schema.json'), schema);
      symlinkSync('x', pathOf('link-to-x'));
      symlinkSync('flow.yaml', pathOf('link-to-flow'));
      mkdirSync(pathOf('folder'));
      const before = textOf('flow.yaml');
      const { exitCode, stderr } = await run(...caughtUp, ...options);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining(want)]);
      expect(stderr).toContain('Code:  file-unusable');
      expect([textOf('flow.yaml'), textOf('orders.schema.json')]).toEqual([before, schema]);
      expect(existsSync(pathOf('x'))).toBe(false);
    });

    test('takes a device for both', async () => {
      const { run } = newProject();
      expect(await run(...caughtUp, '--output', '../../dev/null')).toMatchObject({ exitCode: 0 });
    });
  });

  test('leaves its output as it was where it fails at its start', async () => {
    const { run, dynamoDb, pathOf, textOf } = newProject();
    writeFileSync(pathOf('out.jsonl'), 'yesterday');
    dynamoDb.dropTable('orders');
    const { exitCode } = await run(...caughtUp, '--output', 'out.jsonl');
    expect([exitCode, textOf('out.jsonl')]).toEqual([1, 'yesterday']);
  });

  test('makes files for their owner alone', async () => {
    const { run, pathOf } = newProject();
    await run(...caughtUp, '--output', 'out.jsonl', '--state', 'state.json');
    await run(...caughtUp, '--output', 'rows.jsonl', '--reduce');
    const names = ['out.jsonl', 'state.json', 'rows.jsonl'];
    expect(names.map((name) => statSync(pathOf(name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
  });

  test('refuses a state file that another run has, and lets go of its own', async () => {
    const { run, pathOf } = newProject();
    const options = [...caughtUp, '--state', 'state.json'];
    writeFileSync(pathOf('state.json.lock'), `process ${process.ppid} on ${hostname()}\n`);
    const { exitCode, stderr } = await run(...options);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('State file "state.json" is in use by another run (process ');
    unlinkSync(pathOf('state.json.lock'));
    expect(await run(...options)).toMatchObject({ exitCode: 0 });
    expect(await run('--limit', '1', '--reduce', '--state', 'state.json')).toMatchObject({
      exitCode: 1,
    });
    expect(existsSync(pathOf('state.json.lock'))).toBe(false);
  });

  test('says which collection is not in the file, and goes on', async () => {
    const { exitCode, stderr } = await newProject().run(...caughtUp);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('There is no collection "acmeCo/orders" in flow.yaml');
  });
});
