/** A capture as a `flow.yaml` has it: what Flow's runtime would hand to the connector. */

import { isScalar, isSeq, type Node } from 'yaml';
import { assert } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { isObject, type JsonObject } from '../../json.ts';
import {
  pathFrom,
  readCatalog,
  sourceMissing,
  type Catalog,
  type CatalogEntry,
} from './catalog.ts';
import { chooseCapture } from './choose-capture.ts';
import { invalidAt, jsonOf, placeOf, readNamedFile, type YamlFile } from './yaml-file.ts';
import { memberAt } from './yaml-node.ts';

export interface FlowFileOptions {
  /** Path of the `flow.yaml`. */
  readonly source: string;
  /** Needed only where the file has several captures that may be meant. */
  readonly capture: string | undefined;
}

export interface FlowCapture {
  readonly catalog: Catalog;
  readonly entry: CatalogEntry;
  readonly name: string;
  /** The endpoint configuration as JSON, yet to be parsed. */
  readonly config: unknown;
  /** All bindings in their order, disabled ones too. */
  readonly bindings: readonly FlowBinding[];
}

export interface FlowBinding {
  /** Its place in the list of all bindings. */
  readonly index: number;
  /** The resource configuration as JSON, yet to be parsed. */
  readonly resource: unknown;
  /** Name of the collection. */
  readonly target: string;
  readonly isDisabled: boolean;
  /** The counter that starts a new backfill. */
  readonly backfill: number;
  /** Where it is written: `flow.yaml:12`. */
  readonly place: string;
}

export interface FlowCollection {
  readonly name: string;
  /** JSON pointers. */
  readonly key: readonly string[];
  /** The one schema where it has but one. */
  readonly writeSchema: JsonObject;
  readonly readSchema: JsonObject;
}

/** Reads a capture. Throws `flow-file-invalid` with the place of what is wrong, and `file-unusable`. */
export async function readFlowCapture(
  files: Files,
  { source, capture }: FlowFileOptions,
): Promise<FlowCapture> {
  const catalog = await readCatalog(files, source);
  if (catalog === undefined) throw sourceMissing(source);
  const entry = chooseCapture(catalog, capture);
  return {
    catalog,
    entry,
    name: entry.name,
    config: await readConfig(files, entry),
    bindings: await bindingsOf(files, entry),
  };
}

/** True where the catalog has a binding's collection. It need not: Flow may have it already. */
export function hasCollection({ catalog }: FlowCapture, { target }: FlowBinding): boolean {
  return catalog.collections.some(({ name }) => name === target);
}

/** What somebody should know whose catalog lacks a collection. */
export function collectionMissing({ catalog }: FlowCapture, target: string): string {
  return (
    `There is no collection "${target}" in ${catalog.source.path}, so Flow must have it already; ` +
    'if not, run: source-dynamodb discover --write'
  );
}

/** The collection of a binding, which the catalog has, with its schemas. Throws `flow-file-invalid`. */
export async function readCollection(
  files: Files,
  { catalog }: FlowCapture,
  { target }: FlowBinding,
): Promise<FlowCollection> {
  const entry = catalog.collections.find(({ name }) => name === target);
  assert(entry !== undefined, `the catalog has collection "${target}"`);
  const { file, node } = entry;
  const schema = async (name: string) => {
    const given = memberAt(file, node, name);
    return given === undefined ? undefined : readSchema(files, file, given);
  };
  const single = await schema('schema');
  const writeSchema = (await schema('writeSchema')) ?? single;
  const readSchemaJson = (await schema('readSchema')) ?? single;
  const key = memberAt(file, node, 'key');
  const pointers = key === undefined ? undefined : jsonOf(file, key);
  if (writeSchema === undefined || readSchemaJson === undefined || !isTextList(pointers)) {
    const missing = isTextList(pointers) ? 'schema' : 'key';
    const offset = node.range?.[0] ?? 0;
    throw invalidAt(file, offset, `Collection "${target}" has no ${missing}`);
  }
  return { name: target, key: pointers, writeSchema, readSchema: readSchemaJson };
}

async function readConfig(files: Files, entry: CatalogEntry): Promise<unknown> {
  const { name, file, node } = entry;
  const endpoint = memberAt(file, node, 'endpoint');
  const kind = ['local', 'connector'].find((each) => memberAt(file, endpoint, each) !== undefined);
  const config = memberAt(file, endpoint, kind ?? '', 'config');
  if (config === undefined) {
    throw invalidAt(
      file,
      (endpoint ?? node).range?.[0] ?? 0,
      `Capture "${name}" has no configuration at endpoint.${kind ?? 'local'}.config`,
      'It needs at least "region".',
    );
  }
  const json = await inlineOrFile(files, file, config);
  if (isObject(json) && 'sops' in json) {
    throw invalidAt(
      file,
      config.range?.[0] ?? 0,
      `The configuration of capture "${name}" is encrypted by sops, and cannot be read here`,
      'Decrypt it into a file of your own (sops --decrypt), and use a flow.yaml that names that file.',
    );
  }
  return json;
}

async function readSchema(files: Files, file: YamlFile, node: Node): Promise<JsonObject> {
  const json = await inlineOrFile(files, file, node);
  if (isObject(json)) return json;
  throw invalidAt(file, node.range?.[0] ?? 0, 'Expected a JSON schema, or the path of its file');
}

/** JSON that is written in place, or in a file that is named in its place. */
async function inlineOrFile(files: Files, file: YamlFile, node: Node): Promise<unknown> {
  const json = jsonOf(file, node);
  if (typeof json !== 'string') return json;
  const named = pathFrom(file, json, node);
  const read = await readNamedFile(files, named);
  if (read === undefined) {
    throw invalidAt(file, node.range?.[0] ?? 0, `There is no file "${named}"`);
  }
  const { contents } = read.document;
  return contents === null ? null : jsonOf(read, contents);
}

async function bindingsOf(
  files: Files,
  { name, file, node }: CatalogEntry,
): Promise<FlowBinding[]> {
  const list = memberAt(file, node, 'bindings');
  if (list === undefined || (isScalar(list) && list.value === null)) return [];
  if (!isSeq<Node>(list)) {
    throw invalidAt(file, list.range?.[0] ?? 0, `Expected "bindings" of "${name}" to be a list`);
  }
  return Promise.all(
    list.items.map(async (item, index) => {
      const json = jsonOf(file, item) as Partial<Record<string, unknown>> | null;
      const { target, disable, backfill } = json ?? {};
      const given = memberAt(file, item, 'resource');
      const resource = given === undefined ? undefined : await inlineOrFile(files, file, given);
      if (typeof target !== 'string' || resource === undefined) {
        const lacking = resource === undefined ? 'resource' : 'target';
        const place = item.range?.[0] ?? 0;
        throw invalidAt(file, place, `bindings[${index}] of "${name}" has no ${lacking}`);
      }
      return {
        index,
        resource,
        target,
        isDisabled: disable === true,
        backfill: typeof backfill === 'number' ? backfill : 0,
        place: placeOf(file, item),
      };
    }),
  );
}

function isTextList(json: unknown): json is string[] {
  return Array.isArray(json) && json.every((each) => typeof each === 'string');
}
