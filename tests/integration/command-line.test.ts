/** The commands of the built program, as somebody at a terminal uses them, against DynamoDB Local. */

import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { connectorCommand, endpointConfig } from '../support/connector-command.ts';
import type { DynamoDbCalls } from '../support/dynamodb-calls.ts';
import { createTestTable, freshName, sharedDynamoDb } from '../support/shared-dynamodb.ts';

/** DynamoDB Local is slow on a busy machine. */
const runMsMax = 60_000;

let dynamoDb: DynamoDbCalls;
let good: string;
let streamless: string;
let keysOnly: string;
let folder = '';

beforeAll(async () => {
  dynamoDb = await sharedDynamoDb();
  good = await createTestTable(dynamoDb, 'orders', { stream: 'NEW_AND_OLD_IMAGES' });
  streamless = await createTestTable(dynamoDb, 'streamless', {});
  keysOnly = await createTestTable(dynamoDb, 'keys-only', { stream: 'KEYS_ONLY' });
}, runMsMax);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'command-line-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a command in a folder of its own. */
function run(...commandLine: string[]) {
  const [program = '', ...first] = connectorCommand();
  const environment = { ...process.env, NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(program, [...first, ...commandLine], {
    cwd: folder,
    encoding: 'utf8',
    env: environment,
    timeout: runMsMax,
  });
  return { status, stdout, stderr };
}

const fileTexts = () =>
  Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );

/** A `flow.yaml` with these tables, and a comment. */
function writeFlowFile(...tables: string[]): void {
  const config = JSON.stringify(endpointConfig(dynamoDb.endpoint));
  const bindings = tables.map(
    (table) =>
      `      - resource: { table: ${table} } # mine\n        target: acmeCo/test/${table}\n`,
  );
  writeFileSync(
    path.join(folder, 'flow.yaml'),
    `captures:\n  acmeCo/test/source-dynamodb:\n    endpoint: { local: { command: [x], config: ${config} } }\n` +
      `    bindings:${tables.length === 0 ? ' []' : ''}\n${bindings.join('')}`,
  );
}

interface Catalog {
  readonly captures: Readonly<
    Record<string, { readonly bindings: readonly { readonly resource: { table: string } }[] }>
  >;
  readonly collections: Readonly<Record<string, { readonly key: unknown }>>;
}

describe('discover', () => {
  test('makes a flow.yaml, which a second run leaves as it is and validate takes', () => {
    const made = run(
      'discover',
      '--endpoint',
      dynamoDb.endpoint,
      '--region',
      'us-east-1',
      '--write',
    );
    expect([made.status, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toMatch(
      new RegExp(`^${good} +0 +0 B +id \\(S\\) +on +NEW_AND_OLD_IMAGES`, 'm'),
    );
    expect(made.stdout).toContain(
      `✗ Table "${streamless}" has no stream enabled\n` +
        `    aws dynamodb update-table --table-name ${streamless} --stream-specification ` +
        `StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES --region us-east-1 --endpoint-url ${dynamoDb.endpoint}\n`,
    );
    const written = fileTexts();
    const { captures, collections } = parse(written['flow.yaml'] ?? '') as Catalog;
    const bound = captures['acmeCo/source-dynamodb']?.bindings.map(
      ({ resource }) => resource.table,
    );
    expect(bound).toContain(good);
    expect(bound).not.toContain(streamless);
    expect(bound).not.toContain(keysOnly);
    expect(collections[`acmeCo/${good}`]?.key).toEqual(['/id']);
    expect(written).toHaveProperty([`${good}.schema.yaml`]);
    // Another test may have made or dropped a table meanwhile; nothing that was written changes.
    const again = run('discover', '--write');
    expect([again.status, again.stderr]).toEqual([0, '']);
    const after = fileTexts();
    expect(after[`${good}.schema.yaml`]).toBe(written[`${good}.schema.yaml`]);
    const linesAfter = (after['flow.yaml'] ?? '').split('\n')[Symbol.iterator]();
    const lost = (written['flow.yaml'] ?? '').split('\n').filter((line) => {
      for (const next of linesAfter) if (next === line) return false;
      return true;
    });
    expect(lost).toEqual([]);
  });

  test('gives the bindings of the protocol, one a line', () => {
    writeFlowFile();
    const { status, stdout } = run('discover', '--emit-raw');
    const bindings = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { recommendedName: string; resourcePath: string[] });
    expect(status).toBe(0);
    expect(bindings.find(({ recommendedName }) => recommendedName === good)).toMatchObject({
      resourceConfig: { table: good },
      key: ['/id'],
      resourcePath: [good],
    });
  });

  test('tells programs what it found', () => {
    writeFlowFile(good);
    const { status, stdout } = run('discover', '--json');
    const { tables } = JSON.parse(stdout) as { tables: { table: string }[] };
    expect(status).toBe(0);
    expect(tables.find(({ table }) => table === keysOnly)).toMatchObject({
      canBeCaptured: false,
      viewType: 'KEYS_ONLY',
      binding: null,
    });
    expect(tables.find(({ table }) => table === good)).toMatchObject({
      canBeCaptured: true,
      binding: 'enabled',
    });
  });
});

describe('validate', () => {
  test('lists every problem of every binding, and plans the others', () => {
    const misspelt = good.replace('orders', 'odrers');
    writeFlowFile(good, misspelt, streamless, freshName('nothing-like-it'));
    const { status, stdout, stderr } = run('validate');
    expect([status, stderr]).toEqual([1, '']);
    const missing = (table: string) => `There is no collection "acmeCo/test/${table}" in flow.yaml`;
    for (const problem of [
      missing(good),
      `Table "${misspelt}" does not exist at ${dynamoDb.endpoint}\n        Did you mean "${good}"?`,
      missing(streamless),
      `Table "${streamless}" has no stream enabled`,
      'Check the table name, "region", and the account of the credentials.',
      '✗ 3 of 4 bindings cannot be captured',
    ]) {
      expect(stdout).toContain(problem);
    }
  });

  test('says what a capture will take', () => {
    writeFlowFile(good);
    expect(run('discover', '--write').status).toBe(0);
    const { status, stdout } = run('validate', '--json');
    const { bindings, plan } = JSON.parse(stdout) as {
      bindings: { table: string; problems: unknown[] }[];
      plan: { tables: { table: string; readUnits: number }[] };
    };
    const others = bindings.filter(({ problems }) => problems.length > 0);
    // Tables of other tests come and go while this one runs.
    expect([status, bindings[0], others.some(({ table }) => table === good)]).toEqual([
      others.length === 0 ? 0 : 1,
      expect.objectContaining({ table: good, problems: [], notes: [] }),
      false,
    ]);
    expect(plan.tables[0]).toMatchObject({ table: good, readUnits: 1, openShardCount: 1 });
  });

  test.each([
    [
      'YAML that is broken',
      'captures:\n  a/b:\n    bindings: [\n',
      /^Error: flow\.yaml:\d+:\d+: .*\n/,
    ],
    [
      'an endpoint where nothing listens',
      'captures:\n  a/b:\n    endpoint: { local: { config: { region: us-east-1, credentials: { auth_type: AWSAccessKey, aws_access_key_id: a, aws_secret_access_key: b }, advanced: { endpoint: "http://127.0.0.1:1" } } } }\n    bindings: [{ resource: { table: orders }, target: a/orders }]\n',
      /^Error: Cannot reach DynamoDB at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*\nHint: {2}Nothing listens there/,
    ],
  ])('tells of %s', (_, text, message) => {
    writeFileSync(path.join(folder, 'flow.yaml'), text);
    const { status, stdout, stderr } = run('validate');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});
