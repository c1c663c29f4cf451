/**
 * What Flow is told of the types at some locations of a collection's documents, where its inference would go wrong.
 *
 * Flow adds it to the schema that it infers. It must be closed: nothing else may be allowed anywhere. What is required
 * stays required only where both say so, so each such schema says it of what every document has.
 * https://docs.estuary.dev/concepts/schemas/
 */

import type { KeyAttribute } from '../table.ts';
import { documentKeyPath, type JsonSchema, keySchemas } from './document-schema.ts';

/** A location by its names, from the document's root on, and what is to be said of it. */
export interface SourcedLocation {
  readonly path: readonly string[];
  readonly type: object;
}

/** A part of a schema, by name; its own schema says what it is besides a map. */
interface Node {
  readonly members: Map<string, Node>;
  type: object | undefined;
  readonly required: string[];
}

/** What every `_meta` has; the runtime adds `uuid` to each document. */
const metaMembers: Readonly<Record<string, object>> = {
  op: { type: 'string' },
  snapshot: { type: 'boolean' },
  epoch: { type: 'string', format: 'date-time' },
  uuid: { type: 'string' },
};

export function sourcedSchema(
  key: readonly KeyAttribute[],
  locations: readonly SourcedLocation[],
): JsonSchema {
  const root = emptyNode();
  const always = [
    ...Object.entries(metaMembers).map(([name, type]) => ({ path: ['_meta', name], type })),
    ...key.map(({ name, type }) => ({ path: documentKeyPath(name), type: keySchemas[type] })),
  ];
  for (const { path, type } of always) add(root, path, type, true);
  for (const { path, type } of locations) add(root, path, type, false);
  return schemaOf(root);
}

function emptyNode(): Node {
  return { members: new Map(), type: undefined, required: [] };
}

function add(root: Node, path: readonly string[], type: object, isRequired: boolean): void {
  let node = root;
  for (const name of path) {
    const next = node.members.get(name) ?? emptyNode();
    node.members.set(name, next);
    if (isRequired && !node.required.includes(name)) node.required.push(name);
    node = next;
  }
  node.type ??= type;
}

function schemaOf({ members, type, required }: Node): JsonSchema {
  if (members.size === 0) return type as JsonSchema;
  const { type: own = [] } = (type ?? {}) as { type?: string | string[] };
  const types = ['object', ...[own].flat()];
  return {
    ...type,
    type: types.length === 1 ? 'object' : types,
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries([...members].map(([name, node]) => [name, schemaOf(node)])),
    additionalProperties: false,
  };
}
