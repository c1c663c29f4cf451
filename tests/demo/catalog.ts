/** The demo's tables as Flow's catalog has them: what `flow.yaml` at the top has to say. */

import { documentKey, documentSchema } from '../../connector/discovery/discovery.ts';
import type { Table } from '../../connector/table.ts';
import { demoTables } from './demo-tables.ts';

export const captureName = 'acmeCo/demo/source-dynamodb';

export interface CatalogTable {
  readonly table: string;
  readonly collection: string;
  readonly key: readonly string[];
  /** Path of the schema's file, from the root of the repository. */
  readonly schemaPath: string;
  readonly schema: object;
}

/** Each table with the collection and the schema that discover gives it. */
export const catalogTables: readonly CatalogTable[] = demoTables.map(({ name, key }) => {
  // Of a table, only the key shapes its collection.
  const table = { key } as unknown as Table;
  return {
    table: name,
    collection: collectionOf(name),
    key: documentKey(table),
    schemaPath: `schemas/demo/${name}.schema.yaml`,
    schema: documentSchema(table, { historyMode: false }),
  };
});

export function collectionOf(recommendedName: string): string {
  return `acmeCo/demo/${recommendedName}`;
}
