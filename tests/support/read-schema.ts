/** The schema by which Flow reads a collection, made from the one that it is written by. */

import type { JsonObject } from './flow-runtime.ts';

const dropped = new Set(['type', 'required', 'format', 'const', 'enum', 'minLength', 'maxLength']);
/** What has schemas below itself under names, one below itself, or a list of them; conditions stay as they are. */
const named = new Set(['properties', '$defs']);
const single = new Set(['items', 'additionalProperties']);
const listed = new Set(['allOf']);

/**
 * The write schema relaxed as Flow relaxes it where documents are inferred (`RelaxedSchema` in crates/models of
 * https://github.com/estuary/flow): documents that an earlier schema allowed stay readable.
 */
export function readSchemaOf(writeSchema: JsonObject): JsonObject {
  const entries = Object.entries(writeSchema)
    .filter(([keyword]) => !dropped.has(keyword))
    .map(([keyword, value]): [string, unknown] => {
      if (named.has(keyword)) {
        const schemas = Object.entries(value as Record<string, JsonObject>);
        return [
          keyword,
          Object.fromEntries(schemas.map(([name, schema]) => [name, readSchemaOf(schema)])),
        ];
      }
      if (single.has(keyword) && typeof value === 'object')
        return [keyword, readSchemaOf(value as JsonObject)];
      if (listed.has(keyword)) return [keyword, (value as JsonObject[]).map(readSchemaOf)];
      return [keyword, value];
    });
  return Object.fromEntries(entries);
}
