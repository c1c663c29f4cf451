/**
 * What `discover --write` makes of a catalog: bindings, collections and schema files are added or brought up to date,
 * and nothing that a user wrote is taken away, as Flow's own discovery has it: existing bindings keep their target,
 * options and whether they are disabled, and collections keep their read schema.
 */

import { createHash } from 'node:crypto';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isScalar } from 'yaml';
import type { DiscoveredBinding } from '../../../protocol/responses.ts';
import type { Files } from '../../host.ts';
import type { DiscoveredTables, DiscoveredTable } from '../../session/session.ts';
import { pathFrom, type CatalogEntry } from '../catalog/catalog.ts';
import { newSchemaFile, updateSchemaFile, type FileChange } from '../catalog/discovered-schema.ts';
import type { FlowBinding, FlowCapture } from '../catalog/flow-file.ts';
import type { Addition } from '../catalog/addition.ts';
import { tableOf } from '../catalog/bound-table.ts';
import { addTo } from '../catalog/yaml-edit.ts';
import { jsonOf, type YamlFile } from '../catalog/yaml-file.ts';
import { memberAt, textAt } from '../catalog/yaml-node.ts';
import { inlineYaml } from '../catalog/yaml-text.ts';

export interface Changes {
  /** Files to write, in their order: the one that names the others comes last. */
  readonly files: readonly FileChange[];
  /** Tables that get a binding. */
  readonly bindings: readonly string[];
  readonly collections: readonly string[];
  /** What was left as it is, and why: a sentence each. */
  readonly notes: readonly string[];
  /** What has to be added by hand, since the file cannot be edited there without touching something else. */
  readonly byHand: readonly LinesByHand[];
}

export interface LinesByHand {
  readonly file: string;
  /** Names from the root of the file to the collection that wants them. */
  readonly path: readonly string[];
  readonly lines: string;
}

/** Whether the capture's file has it already, is to have it, or is yet to be made. */
export type CaptureOrigin = 'there' | 'in-old-file' | 'in-new-file';

/** Names and ARNs of the tables that enabled bindings name. */
export function boundTables({ bindings }: Pick<FlowCapture, 'bindings'>): string[] {
  const enabled = bindings.filter(({ isDisabled }) => !isDisabled);
  return [...new Set(enabled.flatMap(({ resource }) => tableOf(resource) ?? []))];
}

/** The binding of a table, known by its name or ARN. */
export function bindingOfTable(
  bindings: readonly FlowBinding[],
  found: Pick<DiscoveredTable, 'name' | 'table'>,
): FlowBinding | undefined {
  return bindings.find(({ resource }) => isTable(found, tableOf(resource)));
}

/** A table of another account is known by its ARN alone: its name may be that of one of ours. */
function isTable(
  { name, table }: Pick<DiscoveredTable, 'name' | 'table'>,
  bound: string | undefined,
): boolean {
  return bound === name || (bound !== undefined && bound === table?.arn);
}

/** What has to be written so that every table that can be captured has its binding. */
export async function changesFor(
  files: Files,
  capture: FlowCapture,
  discovered: DiscoveredTables,
  origin: CaptureOrigin,
  looksAt: (table: string) => boolean = () => true,
): Promise<Changes> {
  const writer = new CatalogWriter(files, capture);
  for (const found of discovered.tables) {
    if (found.binding === undefined) continue;
    await writer.add(found.binding, bindingOfTable(capture.bindings, found));
  }
  writer.noteUnknown(discovered, looksAt);
  return writer.changes(origin);
}

class CatalogWriter {
  readonly #files: Files;
  readonly #capture: FlowCapture;
  /** The capture's file with what was added so far. */
  #file: YamlFile;
  readonly #schemas: FileChange[] = [];
  readonly #bindings: string[] = [];
  readonly #collections: string[] = [];
  readonly #notes: string[] = [];
  readonly #byHand: LinesByHand[] = [];
  /** Collections that were seen to: of several tables in one, the first gives its schema. */
  readonly #settled = new Set<string>();

  constructor(files: Files, capture: FlowCapture) {
    this.#files = files;
    this.#capture = capture;
    this.#file = capture.entry.file;
  }

  /** Takes a discovered table in, with the binding that it has already. */
  async add(discovered: DiscoveredBinding, existing: FlowBinding | undefined): Promise<void> {
    const { name, catalog } = this.#capture;
    const target = existing?.target ?? collectionName(name, discovered.recommendedName);
    if (existing === undefined && this.#capture.bindings.some((each) => each.target === target)) {
      // Of a table of the same name in another account, say: two tables in one collection would be mixed up.
      const { recommendedName } = discovered;
      this.#notes.push(
        `Table "${recommendedName}": was not given a binding, since another one has its collection "${target}"`,
      );
      return;
    }
    if (!this.#settled.has(target)) {
      this.#settled.add(target);
      const collection = catalog.collections.find((entry) => entry.name === target);
      if (collection === undefined) await this.#addCollection(target, discovered);
      else await this.#updateCollection(collection, discovered);
    }
    if (existing !== undefined) return;
    const value = { resource: discovered.resourceConfig, target };
    const block = `- resource: ${inlineYaml(value.resource)}\n  target: ${inlineYaml(target)}\n`;
    this.#add(['captures', name, 'bindings'], { value, block });
    this.#bindings.push(discovered.recommendedName);
  }

  /** Says which bindings have no table that could be captured. */
  noteUnknown(
    { tables, place: where }: DiscoveredTables,
    looksAt: (table: string) => boolean,
  ): void {
    for (const { resource, place, isDisabled } of this.#capture.bindings) {
      const bound = tableOf(resource);
      const found = tables.find((each) => isTable(each, bound));
      if (bound === undefined || isDisabled || !looksAt(bound)) continue;
      if (found === undefined) {
        this.#notes.push(`${place}: binding of table "${bound}", which is not ${where}: kept`);
      } else if (found.obstacle !== undefined) {
        this.#notes.push(`${place}: binding of table "${bound}", which cannot be captured: kept`);
      }
    }
  }

  changes(origin: CaptureOrigin): Changes {
    const { path, text, mark } = this.#file;
    const isNew = origin === 'in-new-file';
    const isChanged = origin !== 'there' || text !== this.#capture.entry.file.text;
    return {
      files: [...this.#schemas, ...(isChanged ? [{ path, text: mark + text, isNew }] : [])],
      bindings: this.#bindings,
      collections: this.#collections,
      notes: this.#notes,
      byHand: this.#byHand,
    };
  }

  #add(path: readonly string[], addition: Addition): void {
    const file = addTo(this.#file, path, addition);
    if (file !== undefined) this.#file = file;
    else this.#byHand.push({ file: this.#file.path, path, lines: addition.block });
  }

  async #addCollection(target: string, discovered: DiscoveredBinding): Promise<void> {
    const { recommendedName, documentSchema, key } = discovered;
    const folder = this.#schemaFolder();
    const named = path.posix.join(folder, schemaFileName(recommendedName));
    const file = pathFrom(this.#file, named, undefined);
    const change = await newSchemaFile(this.#files, file, documentSchema);
    if (change !== undefined) this.#schemas.push(change);
    const value = { writeSchema: named, readSchema, key };
    const block =
      `${inlineYaml(target)}:\n  writeSchema: ${inlineYaml(named)}\n` +
      `${readSchemaBlock}  key: ${inlineYaml(key)}\n`;
    this.#add(['collections'], { name: target, value, block });
    this.#collections.push(target);
  }

  async #updateCollection(entry: CatalogEntry, discovered: DiscoveredBinding): Promise<void> {
    const { name, file, node } = entry;
    const key = memberAt(file, node, 'key');
    if (key !== undefined && !isDeepStrictEqual(jsonOf(file, key), discovered.key)) {
      const theirs = inlineYaml(discovered.key);
      this.#notes.push(`Collection "${name}": its key is not that of the table, ${theirs}: kept`);
    }
    const schema = memberAt(file, node, 'writeSchema') ?? memberAt(file, node, 'schema');
    if (!isScalar(schema) || typeof schema.value !== 'string') {
      this.#notes.push(`Collection "${name}": its schema is written inline, and was not changed`);
      return;
    }
    const schemaFile = pathFrom(file, schema.value, schema);
    const outcome = await updateSchemaFile(this.#files, schemaFile, discovered.documentSchema);
    if (outcome.kind === 'changed') this.#schemas.push(outcome.change);
    if (outcome.kind === 'foreign') {
      this.#notes.push(`${schemaFile}: was not written by discover, and was not changed`);
    }
  }

  /** Where the capture's other schemas lie, from its file; beside it while there are none. */
  #schemaFolder(): string {
    const targets = new Set(this.#capture.bindings.map(({ target }) => target));
    const folders = this.#capture.catalog.collections.flatMap(({ name, file, node }) => {
      const schema = textAt(file, node, 'writeSchema') ?? textAt(file, node, 'schema');
      const isBeside = file.path === this.#file.path && targets.has(name);
      return isBeside && schema !== undefined ? [path.posix.dirname(schema)] : [];
    });
    return folders.at(-1) ?? '.';
  }
}

// What Flow's control plane gives a collection whose schema asks for inference.
const readSchema = {
  allOf: [{ $ref: 'flow://relaxed-write-schema' }, { $ref: 'flow://inferred-schema' }],
};
const readSchemaBlock = `  readSchema:
    allOf:
      - $ref: flow://relaxed-write-schema
      - $ref: flow://inferred-schema
`;

/** File systems take names of 255 bytes, and a table's name alone may have as many. */
const fileNameMax = 200;

/** `orders.schema.yaml`; a longer name is cut, and told from others that begin alike by its digest. */
function schemaFileName(tableName: string): string {
  const extension = '.schema.yaml';
  if (tableName.length + extension.length <= fileNameMax) return tableName + extension;
  const digest = createHash('sha256').update(tableName).digest('hex').slice(0, 12);
  const start = tableName.slice(0, fileNameMax - extension.length - digest.length - 1);
  return `${start}-${digest}${extension}`;
}

/** `acmeCo/shop/orders` for the table `orders` of the capture `acmeCo/shop/source-dynamodb`. */
function collectionName(captureName: string, recommendedName: string): string {
  return [...captureName.split('/').slice(0, -1), recommendedName].join('/');
}
