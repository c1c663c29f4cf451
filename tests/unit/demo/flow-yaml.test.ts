import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseEndpointConfig, parseResourceConfigs } from '../../../connector/config/config.ts';
import { captureName, catalogTables } from '../../demo/catalog.ts';

interface Catalog {
  readonly collections: Readonly<Record<string, object>>;
  readonly captures: Readonly<Record<string, Capture>>;
}

interface Capture {
  readonly endpoint: { readonly local: { readonly command: unknown; readonly config: unknown } };
  readonly bindings: readonly { readonly resource: unknown; readonly target: unknown }[];
}

/** As discover writes it: Flow infers the attributes. */
const readSchema = {
  allOf: [{ $ref: 'flow://relaxed-write-schema' }, { $ref: 'flow://inferred-schema' }],
};
const catalog = parse(readFileSync('flow.yaml', 'utf8')) as Catalog;

describe('flow.yaml', () => {
  test("has the collections that discover gives the demo's tables (else: npm run demo:schemas)", () => {
    const want = catalogTables.map(({ collection, schemaPath, key }) => [
      collection,
      { writeSchema: schemaPath, readSchema, key },
    ]);
    expect(Object.entries(catalog.collections)).toEqual(want);
  });

  test('captures each table into its collection, with the built connector', () => {
    expect(Object.keys(catalog.captures)).toEqual([captureName]);
    const { endpoint, bindings } = catalog.captures[captureName]!;

    expect(endpoint.local.command).toEqual(['node', 'dist/main.js']);
    expect(bindings).toEqual(
      catalogTables.map(({ table, collection }) => ({ resource: { table }, target: collection })),
    );
  });

  test('has a configuration that the connector takes', () => {
    const { endpoint, bindings } = catalog.captures[captureName]!;

    expect(parseEndpointConfig(endpoint.local.config)).toMatchObject({
      region: 'us-east-1',
      endpoint: 'http://localhost:8000',
    });
    const got = parseResourceConfigs(bindings.map(({ resource }) => resource));
    expect(got).toEqual(catalogTables.map(({ table }) => ({ table, rcuAllocation: undefined })));
  });

  test.each(catalogTables)(
    'has the schema that discover gives $table',
    ({ schemaPath, schema }) => {
      expect(parse(readFileSync(schemaPath, 'utf8'))).toEqual(schema);
    },
  );
});
