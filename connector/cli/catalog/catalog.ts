/** What a `flow.yaml` holds, with the files that it imports: captures and collections, each with its place. */

import path from 'node:path';
import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { ConnectorError, errorCodes } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { invalidAt, jsonOf, readYamlFile, type YamlFile } from './yaml-file.ts';

/** One capture or collection, where it is written. */
export interface CatalogEntry {
  readonly name: string;
  readonly file: YamlFile;
  readonly node: YAMLMap;
}

export interface Catalog {
  /** The file that the user named. */
  readonly source: YamlFile;
  readonly captures: readonly CatalogEntry[];
  readonly collections: readonly CatalogEntry[];
}

/** Files of one catalog: more are a circle, or not a catalog made by hand. */
const fileCountMax = 1000;

/** A catalog; undefined where there is no such file. Throws `flow-file-invalid` with the place of what is wrong. */
export async function readCatalog(files: Files, source: string): Promise<Catalog | undefined> {
  const root = await readYamlFile(files, source);
  if (root === undefined) return undefined;
  const all = [root];
  const paths = new Set([path.normalize(source)]);
  for (let index = 0; index < all.length && index < fileCountMax; index += 1) {
    const file = all[index] ?? root;
    for (const imported of importsOf(file)) {
      const { path: importedPath } = imported;
      if (paths.has(path.normalize(importedPath))) continue;
      paths.add(path.normalize(importedPath));
      all.push(await readImport(files, file, imported));
    }
  }
  return {
    source: root,
    captures: all.flatMap((file) => entriesOf(file, 'captures')),
    collections: all.flatMap((file) => entriesOf(file, 'collections')),
  };
}

/** The path of what a file names, from where the program runs. Throws for addresses, which are not fetched. */
export function pathFrom(file: YamlFile, named: string, node: Node | undefined): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(named)) {
    throw invalidAt(
      file,
      node?.range?.[0] ?? 0,
      `"${named}" is an address; only files are read here`,
      'Download it, and name the file instead.',
    );
  }
  return path.join(path.dirname(file.path), named);
}

/** The root of a file as a mapping; undefined for an empty file. */
export function rootOf(file: YamlFile): YAMLMap | undefined {
  const { contents } = file.document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return undefined;
  if (isMap(contents)) return contents;
  throw invalidAt(file, 0, 'Expected "captures:" and "collections:" here, as a mapping');
}

interface Import {
  readonly path: string;
  readonly node: Scalar;
}

function importsOf(file: YamlFile): Import[] {
  const list = rootOf(file)?.get('import', true) as Node | undefined;
  if (!isSeq(list)) return [];
  return list.items.flatMap((node) =>
    isScalar(node) && typeof node.value === 'string'
      ? [{ path: pathFrom(file, node.value, node), node }]
      : [],
  );
}

async function readImport(files: Files, file: YamlFile, imported: Import): Promise<YamlFile> {
  const read = await readYamlFile(files, imported.path);
  if (read !== undefined) return read;
  const offset = imported.node.range?.[0] ?? 0;
  throw invalidAt(file, offset, `Cannot import "${imported.path}": there is no such file`);
}

function entriesOf(file: YamlFile, section: 'captures' | 'collections'): CatalogEntry[] {
  const map = rootOf(file)?.get(section, true) as Node | undefined;
  if (map === undefined || (isScalar(map) && map.value === null)) return [];
  if (!isMap<Node, Node | null>(map)) {
    throw invalidAt(file, map.range?.[0] ?? 0, `Expected "${section}" to be a mapping of names`);
  }
  return map.items.map(({ key, value }) => {
    const name = String(jsonOf(file, key));
    if (isMap(value)) return { name, file, node: value };
    const offset = (value?.range ?? key.range)?.[0] ?? 0;
    throw invalidAt(file, offset, `Expected a mapping as "${name}" in "${section}"`);
  });
}

/** The error for a file that is not there, by what the user might have meant. */
export function sourceMissing(source: string): ConnectorError {
  return new ConnectorError(errorCodes.flowFileInvalid, `There is no file "${source}" here`, {
    hint: 'Name it by --source, or make one: source-dynamodb discover --region us-east-1 --write',
  });
}
