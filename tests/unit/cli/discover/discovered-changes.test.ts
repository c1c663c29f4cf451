import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import {
  boundTables,
  changesFor,
  type Changes,
} from '../../../../connector/cli/discover/discovered-changes.ts';
import { cannotEdit } from '../../../../connector/cli/discover/by-hand.ts';
import { readFlowCapture } from '../../../../connector/cli/catalog/flow-file.ts';
import { errorCodes } from '../../../../connector/errors.ts';
import { bindingOf } from '../../../../connector/session/discover.ts';
import type { DiscoveredTables } from '../../../../connector/session/session.ts';
import type { Table } from '../../../../connector/table.ts';
import { catalogTables } from '../../../demo/catalog.ts';
import { demoTables } from '../../../demo/demo-tables.ts';
import { tableNamed } from '../../discovery/fake-aws.ts';
import { memoryFiles } from '../memory-files.ts';

const config = { historyMode: false };
const schemaOf = (table: Table) => bindingOf(table, config).documentSchema;

const discovered = (
  tables: readonly Table[],
  unusable: readonly Table[] = [],
): DiscoveredTables => ({
  place: 'in region us-east-1',
  hiddenCount: 0,
  listing: undefined,
  tables: [
    ...tables.map((table) => ({
      name: table.name,
      table,
      obstacle: undefined,
      binding: bindingOf(table, config),
    })),
    ...unusable.map((table) => ({
      name: table.name,
      table,
      obstacle: { code: errorCodes.streamUnusable, reason: 'No', remedy: 'Yes', mayPass: false },
      binding: undefined,
    })),
  ],
});

/** Discovers and writes; gives what was changed, and the files after it. */
async function written(
  texts: Record<string, string>,
  found: DiscoveredTables,
): Promise<{ changes: Changes; texts: Record<string, string> }> {
  const files = memoryFiles({ ...texts });
  const capture = await readFlowCapture(files, { source: 'flow.yaml', capture: undefined });
  const changes = await changesFor(files, capture, found, 'there');
  for (const { path, text } of changes.files) await files.replace(path, text);
  return { changes, texts: files.texts };
}

const captured = `# Our shop, kept by hand.
collections: # sorted by importance
  acmeCo/shop/orders:
    schema: schemas/orders.schema.yaml # do not move
    key: [ /id ]

captures:
  acmeCo/shop/source-dynamodb:
    endpoint: {local: {command: [node, dist/main.js], config: {region: us-east-1}}}
    bindings:
      # the big one
      - resource: {table: orders, rcuAllocation: 100}
        target: acmeCo/shop/orders
        backfill: 3
`;
const orders = tableNamed('orders');
const users = tableNamed('users', { key: [{ name: 'a/b', type: 'N' }] });

describe('changesFor()', () => {
  test('adds a binding, a collection and a schema file between the lines that are there', async () => {
    const texts = {
      'flow.yaml': captured,
      'schemas/orders.schema.yaml': stringify(schemaOf(orders)),
    };
    const { changes, texts: after } = await written(texts, discovered([orders, users]));

    expect(changes.bindings).toEqual(['users']);
    expect(changes.collections).toEqual(['acmeCo/shop/users']);
    expect(changes.files.map(({ path }) => path)).toEqual([
      'schemas/users.schema.yaml',
      'flow.yaml',
    ]);
    expect(parse(after['schemas/users.schema.yaml']!)).toEqual(schemaOf(users));
    const [collections, captures] = captured.split('\ncaptures:');
    expect(after['flow.yaml']).toBe(
      `${collections}  acmeCo/shop/users:
    writeSchema: schemas/users.schema.yaml
    readSchema:
      allOf:
        - $ref: flow://relaxed-write-schema
        - $ref: flow://inferred-schema
    key: [/a~1b]

captures:${captures}      - resource: { table: users }
        target: acmeCo/shop/users
`,
    );
  });

  test('changes nothing the second time', async () => {
    const first = await written({ 'flow.yaml': captured }, discovered([orders, users]));
    const second = await written(first.texts, discovered([orders, users]));
    expect(second.changes).toEqual({
      files: [],
      bindings: [],
      collections: [],
      notes: [],
      byHand: [],
    });
  });

  test('keeps disabled bindings, and those by ARN', async () => {
    const text = captured
      .replace('table: orders', `table: ${orders.arn}`)
      .replace('backfill: 3', 'disable: true');
    const texts = {
      'flow.yaml': text,
      'schemas/orders.schema.yaml': stringify(schemaOf(orders)),
    };
    const { changes } = await written(texts, discovered([orders]));
    expect(changes).toEqual({ files: [], bindings: [], collections: [], notes: [], byHand: [] });
  });

  test('brings a schema that discover wrote up to date, also in the form of the control plane', async () => {
    const old = { ...(schemaOf(orders) as object), title: 'of an earlier version' };
    const wrapped = (schema: object) => ({
      $defs: { 'flow://connector-schema': { $id: 'flow://connector-schema', ...schema } },
      $ref: 'flow://connector-schema',
    });
    const plain = await written(
      { 'flow.yaml': captured, 'schemas/orders.schema.yaml': stringify(old) },
      discovered([orders]),
    );
    const inWrapper = await written(
      { 'flow.yaml': captured, 'schemas/orders.schema.yaml': stringify(wrapped(old)) },
      discovered([orders]),
    );
    const got = [plain, inWrapper].map(({ texts }): unknown =>
      parse(texts['schemas/orders.schema.yaml']!),
    );
    expect(got).toEqual([schemaOf(orders), wrapped(schemaOf(orders) as object)]);
    expect(plain.texts['flow.yaml']).toBe(captured);
  });

  test('leaves other schemas and keys alone, and says so', async () => {
    const text = captured.replace('[ /id ]', '[/number]');
    const texts = { 'flow.yaml': text, 'schemas/orders.schema.yaml': 'type: object\n' };
    const { changes } = await written(texts, discovered([orders]));
    expect(changes).toEqual({
      files: [],
      bindings: [],
      collections: [],
      notes: [
        'Collection "acmeCo/shop/orders": its key is not that of the table, [/id]: kept',
        'schemas/orders.schema.yaml: was not written by discover, and was not changed',
      ],
      byHand: [],
    });
  });

  test('keeps bindings of tables that are gone or cannot be captured', async () => {
    const { changes: gone } = await written({ 'flow.yaml': captured }, discovered([]));
    const { changes: unusable } = await written(
      { 'flow.yaml': captured },
      discovered([], [orders]),
    );
    expect([gone.files, gone.notes, unusable.notes]).toEqual([
      [],
      ['flow.yaml:12: binding of table "orders", which is not in region us-east-1: kept'],
      ['flow.yaml:12: binding of table "orders", which cannot be captured: kept'],
    ]);
  });

  test('finds nothing to change in the capture of the demo', async () => {
    const paths = ['flow.yaml', ...catalogTables.map(({ schemaPath }) => schemaPath)];
    const texts = Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8')]));
    const tables = demoTables.map(({ name, key }) => tableNamed(name, { key }));
    const { changes } = await written(texts, discovered(tables));
    expect(changes).toEqual({ files: [], bindings: [], collections: [], notes: [], byHand: [] });
  });

  test('lets the first of two tables speak for their common collection', async () => {
    const text = `${captured}      - resource: {table: users}\n        target: acmeCo/shop/orders\n`;
    const first = await written({ 'flow.yaml': text }, discovered([orders, users]));
    expect(parse(first.texts['schemas/orders.schema.yaml']!)).toEqual(schemaOf(orders));
    const second = await written(first.texts, discovered([orders, users]));
    expect(second.changes.files).toEqual([]);
  });

  test('does not overwrite a file of somebody else', async () => {
    const texts = { 'flow.yaml': captured, 'schemas/users.schema.yaml': 'mine: true\n' };
    await expect(written(texts, discovered([users]))).rejects.toMatchObject({
      code: 'file-unusable',
      message:
        'Cannot write "schemas/users.schema.yaml": it exists already, and was not written by discover',
      hint: 'Move it away, or rename it.',
    });
  });

  test('gives a table with a very long name a file name that file systems take', async () => {
    const names = ['a', 'b'].map((end) => 'x'.repeat(249) + end);
    const { changes } = await written(
      { 'flow.yaml': captured },
      discovered(names.map((name) => tableNamed(name))),
    );
    const files = changes.files
      .map(({ path }) => path)
      .filter((file) => file.endsWith('.schema.yaml'));
    expect(new Set(files).size).toBe(2);
    expect(files.every((file) => file.split('/').at(-1)!.length <= 200)).toBe(true);
  });

  test('says what to add by hand where the file cannot be edited', async () => {
    const shared =
      captured.replace('    bindings:', '    bindings: &all') +
      '  acmeCo/other:\n    bindings: *all\n';
    const { changes } = await written({ 'flow.yaml': shared }, discovered([users]));
    expect(changes.byHand).toEqual([
      {
        file: 'flow.yaml',
        path: ['captures', 'acmeCo/shop/source-dynamodb', 'bindings'],
        lines: '- resource: { table: users }\n  target: acmeCo/shop/users\n',
      },
    ]);
    expect(cannotEdit(changes.byHand).hint).toBe(
      'Add these lines by hand, and run it again.\n' +
        'To captures → acmeCo/shop/source-dynamodb → bindings in flow.yaml:\n' +
        '  - resource: { table: users }\n    target: acmeCo/shop/users',
    );
  });
});

describe('changesFor(), where tables are not listed', () => {
  const foreign = tableNamed('orders', {
    arn: 'arn:aws:dynamodb:us-east-1:444455556666:table/orders',
  });
  const byArn = captured
    .replace('table: orders,', `table: '${foreign.arn}',`)
    .replace(/collections:[^]*\n\ncaptures/, 'captures');
  const foundByArn: DiscoveredTables = {
    ...discovered([]),
    tables: [
      {
        name: foreign.arn,
        table: foreign,
        obstacle: undefined,
        binding: { ...bindingOf(foreign, config), resourceConfig: { table: foreign.arn } },
      },
    ],
  };

  test('writes collection and schema of a table that is bound by its ARN', async () => {
    const { changes, texts } = await written({ 'flow.yaml': byArn }, foundByArn);
    expect([changes.bindings, changes.collections, changes.notes]).toEqual([
      [],
      ['acmeCo/shop/orders'],
      [],
    ]);
    expect(parse(texts['orders.schema.yaml']!)).toEqual(schemaOf(foreign));
  });

  test('does not take a table for another of its name, nor mixes the two up', async () => {
    const both = { ...foundByArn, tables: [...discovered([orders]).tables, ...foundByArn.tables] };
    const { changes } = await written({ 'flow.yaml': byArn }, both);
    expect([changes.bindings, changes.notes]).toEqual([
      [],
      [
        'Table "orders": was not given a binding, since another one has its collection "acmeCo/shop/orders"',
      ],
    ]);
  });

  test('looks at the tables of bindings that are enabled', async () => {
    const files = memoryFiles({
      'flow.yaml': `${captured}      - resource: {table: a}\n        target: acmeCo/shop/a\n        disable: true\n`,
    });
    const capture = await readFlowCapture(files, { source: 'flow.yaml', capture: undefined });
    expect(boundTables(capture)).toEqual(['orders']);
  });
});
