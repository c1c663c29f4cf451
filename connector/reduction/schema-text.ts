/** Where schemas stand inside a schema, and the one dialect (draft 2020-12) they are brought to. */
import { isArray, isObject, setProperty, type JsonObject, type JsonValue } from './json.ts';
import { escapeToken } from './order.ts';

/** A JSON Schema as a caller has it. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

const schemaKeywords = new Set([
  ...['additionalItems', 'additionalProperties', 'contains', 'else', 'if', 'items', 'not'],
  ...['propertyNames', 'then', 'unevaluatedItems', 'unevaluatedProperties'],
]);
const listKeywords = new Set(['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']);
const mapKeywords = new Set([
  ...['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'],
]);

/** A sub-schema and the way to it: the keyword, and for lists and maps the index or name. */
export type SubSchema = readonly [pointer: string, schema: JsonValue];

/** The direct sub-schemas of a schema, each with the JSON pointer that leads to it from there. */
export function subSchemasOf(schema: JsonObject): SubSchema[] {
  return Object.entries(schema).flatMap(([keyword, value]): SubSchema[] => {
    const under = ([name, member]: [string, JsonValue]): SubSchema => [
      `/${keyword}/${escapeToken(name)}`,
      member,
    ];
    if (listKeywords.has(keyword) && isArray(value)) return Object.entries(value).map(under);
    if (mapKeywords.has(keyword) && isObject(value)) return Object.entries(value).map(under);
    return schemaKeywords.has(keyword) ? [[`/${keyword}`, value]] : [];
  });
}

/**
 * A copy of a schema in the words of draft 2020-12: `items` as a list becomes `prefixItems`. The property name
 * `__proto__` becomes a pattern, because ajv leaves properties of that name out. No two places of the copy share
 * a schema object, so that an object stands for its place.
 */
export function normalizeSchema(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const copy: Record<string, JsonValue> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    setProperty(copy, keyword, normalizeKeyword(keyword, value));
  }
  const { items, additionalItems, ...others } = copy;
  const dialect = isArray(items)
    ? {
        ...others,
        prefixItems: items,
        ...(additionalItems !== undefined && { items: additionalItems }),
      }
    : copy;
  return withoutProtoProperty(dialect);
}

function normalizeKeyword(keyword: string, value: JsonValue): JsonValue {
  if (listKeywords.has(keyword) && isArray(value)) return value.map(normalizeSchema);
  if (mapKeywords.has(keyword) && isObject(value)) {
    const copy: Record<string, JsonValue> = {};
    for (const [name, member] of Object.entries(value)) {
      setProperty(copy, name, normalizeSchema(member));
    }
    return copy;
  }
  return schemaKeywords.has(keyword) ? normalizeSchema(value) : value;
}

function withoutProtoProperty(schema: JsonObject): JsonObject {
  const { properties, patternProperties } = schema;
  if (!isObject(properties) || !Object.hasOwn(properties, '__proto__')) return schema;
  const { ['__proto__']: proto, ...others } = properties;
  const patterns = isObject(patternProperties) ? patternProperties : {};
  return {
    ...schema,
    properties: others,
    patternProperties: { ...patterns, '^__proto__$': proto ?? true },
  };
}
