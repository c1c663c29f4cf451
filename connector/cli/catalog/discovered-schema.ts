/** Schema files that discover writes, and those of others that are not to be touched. */

import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConnectorError, errorCodes } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { membersOf } from '../../json.ts';
import { jsonOf, readNamedFile } from './yaml-file.ts';
import { blockYaml } from './yaml-text.ts';

/** A file as it is to be. */
export interface FileChange {
  readonly path: string;
  readonly text: string;
  readonly isNew: boolean;
}

export type SchemaOutcome =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly change: FileChange }
  /** Written or changed by hand in a way that discover does not know. */
  | { readonly kind: 'foreign' };

/** Where Flow's control plane puts a connector's schema, when it makes a collection of it. */
const connectorSchemaName = 'flow://connector-schema';

const heading = `# Written by \`source-dynamodb discover\`, which overwrites changes that are made here.
# What you know of other attributes belongs into the collection's readSchema.
`;

/** What has to become of a schema file so that it says what a discovery says. */
export async function updateSchemaFile(
  files: Files,
  file: string,
  schema: unknown,
): Promise<SchemaOutcome> {
  const present = await readNamedFile(files, file);
  const contents = present?.document.contents;
  if (present === undefined) return changed(file, schema, true);
  const json = contents ? jsonOf(present, contents) : undefined;
  const wanted = withinWrapper(json, schema) ?? (isOfDiscovery(json) ? schema : undefined);
  if (wanted === undefined) return { kind: 'foreign' };
  return isDeepStrictEqual(json, wanted) ? { kind: 'unchanged' } : changed(file, wanted, false);
}

/** The file of a new collection's schema. Throws when it is there and somebody else's. */
export async function newSchemaFile(
  files: Files,
  file: string,
  schema: unknown,
): Promise<FileChange | undefined> {
  const outcome = await updateSchemaFile(files, file, schema);
  if (outcome.kind === 'changed') return outcome.change;
  if (outcome.kind === 'unchanged') return undefined;
  throw new ConnectorError(
    errorCodes.fileUnusable,
    `Cannot write "${file}": it exists already, and was not written by discover`,
    { hint: 'Move it away, or rename it.' },
  );
}

function changed(file: string, schema: unknown, isNew: boolean): SchemaOutcome {
  const isJson = path.extname(file) === '.json';
  const text = isJson ? `${JSON.stringify(schema, undefined, 2)}\n` : heading + blockYaml(schema);
  return { kind: 'changed', change: { path: file, text, isNew } };
}

/** The control plane's form with the schema in it; undefined for any other. */
function withinWrapper(json: unknown, schema: unknown): unknown {
  const definitions = membersOf(membersOf(json)['$defs']);
  if (definitions[connectorSchemaName] === undefined) return undefined;
  const definition = { $id: connectorSchemaName, ...(schema as object) };
  return {
    ...membersOf(json),
    $defs: { ...definitions, [connectorSchemaName]: definition },
  };
}

/** True for a schema of this connector, of whichever version, also in the control plane's form. */
export function isOfDiscovery(json: unknown): boolean {
  const wrapped = membersOf(membersOf(json)['$defs'])[connectorSchemaName];
  const schema = membersOf(wrapped ?? json);
  const item = membersOf(membersOf(schema['$defs'])['Item']);
  return schema['x-infer-schema'] === true && item['$anchor'] === 'Item';
}
