/** `pull` as a person runs it: the built program, a flow.yaml, and DynamoDB Local. */

import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { documentKey, documentSchema } from '../../connector/discovery/discovery.ts';
import type { Table } from '../../connector/table.ts';
import { CapturedCollection } from '../support/captured-collection.ts';
import { connectorCommand, endpointConfig } from '../support/connector-command.ts';
import type { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import { createKeyedTable, shapes, type KeyedTable } from '../support/keyed-tables.ts';
import { sharedDynamoDb } from '../support/shared-dynamodb.ts';
import { isConvergent, verifyTable } from '../support/verify.ts';

const runMsMax = 120_000;
const collectionName = 'acmeCo/items';
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface PullExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a flow.yaml that captures a table, whose collection only discovery knows. */
class Project {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'source-dynamodb-pull-'));
  readonly dynamoDb: DynamoDbCalls;
  readonly keyed: KeyedTable;

  constructor(dynamoDb: DynamoDbCalls, keyed: KeyedTable, rcuAllocation?: number) {
    folders.push(this.folder);
    this.dynamoDb = dynamoDb;
    this.keyed = keyed;
    const config = endpointConfig(dynamoDb.endpoint, { backfillSegments: 10, scanLimit: 5 });
    const bindings = [{ resource: { table: keyed.table, rcuAllocation }, target: collectionName }];
    const endpoint = { local: { command: ['source-dynamodb'], config } };
    // JSON is YAML.
    const flow = { captures: { 'acmeCo/try/source-dynamodb': { endpoint, bindings } } };
    writeFileSync(path.join(this.folder, 'flow.yaml'), JSON.stringify(flow));
  }

  /** Runs `pull`; `onStderr` may end it. */
  pull(
    options: readonly string[],
    onStderr: (text: string, child: ReturnType<typeof spawn>) => void = () => undefined,
  ): Promise<PullExit> {
    const [program = '', ...parameters] = connectorCommand();
    const child = spawn(program, [...parameters, 'pull', ...options], { cwd: this.folder });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (bytes: Buffer) => {
      output.stdout += bytes.toString();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      output.stderr += bytes.toString();
      onStderr(output.stderr, child);
    });
    return new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ code, signal, ...output });
      });
    });
  }

  read(name: string): string {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }

  /** Whether documents, or rows, reduce to the table by the published schema. */
  async verdict(lines: string) {
    const table = { key: this.keyed.key } as unknown as Table;
    const collection = new CapturedCollection(documentKey(table));
    const prefix = `[${JSON.stringify(collectionName)},`;
    for (const line of lines.trim().split('\n')) {
      expect([line.slice(0, prefix.length), line.at(-1)]).toEqual([prefix, ']']);
      collection.add(line.slice(prefix.length, -1));
    }
    const schema = documentSchema(table, { historyMode: false });
    const { table: name, key } = this.keyed;
    const verdict = await verifyTable(this.dynamoDb, { table: name, key, schema, collection });
    return { isEqual: isConvergent(verdict), examples: verdict.examples, collection };
  }
}

async function newProject(shape: number, rcuAllocation?: number): Promise<Project> {
  const dynamoDb = await sharedDynamoDb();
  const keyed = await createKeyedTable(dynamoDb, shapes[shape]!);
  return new Project(dynamoDb, keyed, rcuAllocation);
}

/** Changes an item, deletes one, and adds one. */
async function change({ keyed }: Project, at: number): Promise<void> {
  await keyed.put({ ...keyed.items[at]!, colour: { S: 'changed' } });
  await keyed.remove(keyed.items[at + 1]!);
  await keyed.put({ ...keyed.keyOf(1000 + at), total: { N: '12345678901234567890123' } });
}

describe('source-dynamodb pull', () => {
  test(
    'goes on from its state file, and every document comes once',
    async () => {
      const project = await newProject(0);
      const options = ['--until', 'caught-up', '--state', 'pull.json', '--output', 'out.jsonl'];
      const first = await project.pull(options);
      expect([first.code, first.stdout, first.stderr]).toEqual([
        0,
        '',
        expect.stringContaining('✓ 100 documents'),
      ]);
      await change(project, 10);
      const second = await project.pull(options);
      // A delete soon after the backfill comes with its item before it.
      expect(second.stderr).toContain('✓ 4 documents');
      const { isEqual, examples, collection } = await project.verdict(project.read('out.jsonl'));
      expect([isEqual, examples, collection.documentCount]).toEqual([true, [], 104]);
    },
    runMsMax,
  );

  test(
    'reduces to the table, also over several runs',
    async () => {
      const project = await newProject(1);
      const options = ['--until', 'caught-up', '--reduce', '--state', 'pull.json', '--json'];
      const first = await project.pull(options);
      expect([first.code, (await project.verdict(first.stdout)).examples]).toEqual([0, []]);
      await change(project, 20);
      const second = await project.pull(options);
      const { isEqual, examples, collection } = await project.verdict(second.stdout);
      expect([isEqual, examples, collection.documentCount]).toEqual([true, [], 100]);
      const summary = JSON.parse(second.stderr.trim().split('\n').at(-1) ?? '') as object;
      expect(summary).toMatchObject({
        event: 'summary',
        end: 'caught-up',
        documents: 4,
        rows: 100,
        tables: [
          {
            collection: collectionName,
            ...{ scanned: 0, reemitted: 1, inserts: 1, updates: 1, deletes: 1 },
          },
        ],
      });
    },
    runMsMax,
  );

  test(
    'can be interrupted and killed in the middle, and loses and repeats nothing',
    async () => {
      const project = await newProject(2, 10);
      const options = ['--until', 'caught-up', '--state', 'pull.json', '--output', 'out.jsonl'];
      const endWith = (signal: NodeJS.Signals) => {
        let isSent = false;
        return (stderr: string, child: ReturnType<typeof spawn>) => {
          if (isSent || !/"documents":[1-9]/.test(stderr)) return;
          isSent = true;
          child.kill(signal);
        };
      };
      const interrupted = await project.pull([...options, '--json'], endWith('SIGINT'));
      expect([interrupted.code, interrupted.stderr]).toEqual([
        130,
        expect.stringContaining('"end":"interrupted"'),
      ]);
      const killed = await project.pull([...options, '--json'], endWith('SIGKILL'));
      expect(killed.signal).toBe('SIGKILL');
      await change(project, 30);
      const last = await project.pull(options);
      expect(last.code).toBe(0);
      const { isEqual, examples } = await project.verdict(project.read('out.jsonl'));
      expect([isEqual, examples]).toEqual([true, []]);
    },
    runMsMax,
  );

  test(
    'ends quietly when the reader of its output is gone, and at a limit',
    async () => {
      const project = await newProject(0);
      const gone = await project.pull([], (_, child) => child.stdout?.destroy());
      expect([gone.code, gone.stderr]).toEqual([1, expect.not.stringContaining('Error')]);
      const limited = await project.pull(['--limit', '3']);
      expect([limited.code, limited.stdout.trim().split('\n').length]).toEqual([0, 3]);
      expect(limited.stderr).toContain('✓ 3 documents');
    },
    runMsMax,
  );
});
