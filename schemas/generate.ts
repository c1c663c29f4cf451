/** Writes the TypeScript types of the JSON Schemas: `npm run generate`. */

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const schemas: readonly (readonly [schema: string, types: string])[] = [
  ['protocol/requests.schema.json', 'protocol/requests.types.ts'],
  ['schemas/endpoint-config.schema.json', 'schemas/endpoint-config.types.ts'],
  ['schemas/resource-config.schema.json', 'schemas/resource-config.types.ts'],
];

/** Each schema and the file of its types, from the root of the repository. */
export const generatedTypes = schemas.filter(([schemaPath]) => existsSync(schemaPath));

// A schema node and whatever lies in one: `compile` takes more than the published type of a JSON Schema says.
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = Extract<Json, { readonly [name: string]: Json }>;

/**
 * The text of the types file of a schema. The types are those of a value that was checked with `useDefaults`:
 * what has a default is there. Throws when the schema is not one.
 */
export async function typesOf(schemaPath: string): Promise<string> {
  const schema: Json = JSON.parse(await readFile(schemaPath, 'utf8')) as Json;
  const source = schemaPath.slice(schemaPath.lastIndexOf('/') + 1);
  return await compile(forCompile(schema) as JSONSchema, source, {
    additionalProperties: false,
    bannerComment: `// Types of ${source}, written by \`npm run generate\`: do not edit.`,
    style: { singleQuote: true, printWidth: 100 },
    unreachableDefinitions: true,
  });
}

// Keywords whose value is a map of schemas by name, so that a property called "title" stays a property.
const schemaMaps = new Set(['properties', 'definitions', '$defs', 'patternProperties']);

/** The schema as `compile` needs it, to give the names and the optional members that we want. */
function forCompile(node: Json): Json {
  if (Array.isArray(node)) return node.map(forCompile);
  if (!isObject(node)) return node;
  const entries = Object.entries(node).map(([keyword, value]): [string, Json] => {
    if (keyword === 'default' || keyword === 'const' || keyword === 'enum') return [keyword, value];
    if (!schemaMaps.has(keyword) || !isObject(value)) return [keyword, forCompile(value)];
    const schemas = Object.entries(value).map(([name, schema]) => [name, forCompile(schema)]);
    return [keyword, Object.fromEntries(schemas) as JsonObject];
  });
  const { title, ...rest } = Object.fromEntries(entries);
  const schema = isUntyped(rest) ? { ...rest, tsType: 'unknown' } : rest;
  // Each title would become an exported name, also of a plain string; only objects deserve one.
  return isObject(rest['properties']) ? { ...required(schema), ...(title && { title }) } : schema;
}

// Without this, `compile` takes "any JSON" for "any object".
function isUntyped(schema: JsonObject): boolean {
  const typing = [
    'type',
    '$ref',
    'enum',
    'const',
    'oneOf',
    'anyOf',
    'allOf',
    'properties',
    'tsType',
  ];
  const isSchema = 'description' in schema || 'default' in schema;
  return isSchema && !typing.some((keyword) => keyword in schema);
}

/** The schema with every property required that has a default. */
function required(schema: JsonObject): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const given = Array.isArray(schema['required']) ? (schema['required'] as readonly Json[]) : [];
  const defaulted = Object.entries(properties)
    .filter(([, property]) => isObject(property) && 'default' in property)
    .map(([name]) => name);
  return { ...schema, required: [...new Set([...given, ...defaulted])] };
}

function isObject(node: Json | undefined): node is JsonObject {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

// Run as a program, not imported by the test that compares.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [schemaPath, typesPath] of generatedTypes) {
    await writeFile(typesPath, await typesOf(schemaPath));
  }
}
