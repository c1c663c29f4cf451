import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { blocksOf, pageNamed } from './pages.ts';

const epoch = '2026-11-25T22:42:04.137Z';
const scanned = { op: 'c', snapshot: true, epoch, scannedAt: epoch };
const changed = (op: string, sequenceNumber: string) => ({
  op,
  snapshot: false,
  epoch,
  eventId: sequenceNumber,
  sequenceNumber,
});
const documents = [
  { id: 'a', customer: 'x', total: 10.5, tags: ['new'], _meta: changed('u', '900') },
  { id: 'a', customer: 'x', total: 7, _meta: scanned },
  { id: 'b', customer: 'x', total: 5, _meta: scanned },
  { id: 'c', customer: 'y', total: 1, _meta: scanned },
  { id: 'c', _meta: changed('d', '1000') },
];
const statements = blocksOf(pageNamed('recipes'))
  .filter(({ language }) => language === 'sql')
  .map(({ text }) => text);

let folder = '';
let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'recipes-'));
  const lines = documents.map((document) => `${JSON.stringify(document)}\n`).join('');
  writeFileSync(path.join(folder, 'orders.jsonl'), lines);
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(folder, { recursive: true });
});

/** The rows of a statement of the page, run in the folder. */
async function rowsOf(statement: string): Promise<unknown[]> {
  const inFolder = statement.replace(
    /'(orders\.\w+)'/g,
    (_, file: string) => `'${folder}/${file}'`,
  );
  const reader = await connection.runAndReadAll(inFolder);
  return reader.getRowObjectsJson();
}

describe('recipes.md in DuckDB', () => {
  const [sums = '', toParquet = '', latest = ''] = statements;

  test('sums up a table', async () => {
    expect(await rowsOf(sums)).toEqual([
      { customer: 'x', orders: '3', total: 22.5 },
      { customer: 'y', orders: '1', total: 1 },
      { customer: null, orders: '1', total: null },
    ]);
  });

  test('writes Parquet', async () => {
    await rowsOf(toParquet);
    const rows = await rowsOf("SELECT * FROM 'orders.parquet' WHERE id = 'a' AND total > 10");
    expect(rows).toEqual([{ id: 'a', customer: 'x', total: 10.5, tags: ['new'] }]);
  });

  test('finds the latest of each item among all changes', async () => {
    const rows = (await rowsOf(latest)) as { id: string; total: number }[];
    const got = rows.map(({ id, total }) => [id, total]).sort();
    expect(got).toEqual([
      ['a', 10.5],
      ['b', 5],
    ]);
  });
});
