/**
 * What Flow is told of the types at some locations of a collection's documents, where its inference would go wrong.
 *
 * Flow adds it to the schema that it infers, as a union: what both sides say stays, all else goes. So each such schema says
 * what every document has, and bounds that any value widens: without them Flow would forget how long texts are, by which
 * destinations choose columns. It must be closed: nothing else may be allowed anywhere.
 * https://docs.estuary.dev/concepts/schemas/
 */

import type { KeyAttribute } from '../table.ts';
import { documentKeyPath, type JsonSchema, keySchemas } from './document-schema.ts';

/** Where the image of an item before a change lies. */
const imagePath = ['_meta', 'before'] as const;

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

// Widened by the first text or number that comes.
const textBounds = { maxLength: 1 };
const numberBounds = { minimum: 0, maximum: 0 };

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
  for (const { path, type } of always) add(root, path, type, 0);
  for (const { name, type } of locations.some(({ path }) => isImage(path)) ? key : []) {
    add(root, [...imagePath, name], keySchemas[type], imagePath.length);
  }
  for (const { path, type } of locations) add(root, path, type, path.length);
  return schemaOf(root);
}

/** True for what lies in the image of an item before a change. */
function isImage([first, second]: readonly string[]): boolean {
  return first === imagePath[0] && second === imagePath[1];
}

function emptyNode(): Node {
  return { members: new Map(), type: undefined, required: [] };
}

/** `requiredFrom`: how many names of the path may be missing, beginning with the first. */
function add(root: Node, path: readonly string[], type: object, requiredFrom: number): void {
  let node = root;
  for (const [depth, name] of path.entries()) {
    const next = node.members.get(name) ?? emptyNode();
    node.members.set(name, next);
    if (depth >= requiredFrom && !node.required.includes(name)) node.required.push(name);
    node = next;
  }
  node.type ??= bounded(type);
}

function bounded(type: { readonly type?: string | readonly string[] }): object {
  const types = [type.type ?? []].flat();
  return {
    ...type,
    ...(types.includes('string') ? textBounds : {}),
    ...(types.includes('number') ? numberBounds : {}),
  };
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
