/** What a `flow.yaml` holds, with the files that it imports: captures and collections, each with its place. */

import path from 'node:path';
import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml';
import { ConnectorError, errorCodes, isConnectorError, messageOf } from '../../errors.ts';
import type { Files } from '../../host.ts';
import { invalidAt, readNamedFile, readYamlFile, type YamlFile } from './yaml-file.ts';
import { memberAt, membersOf, resolved } from './yaml-node.ts';

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
function rootOf(file: YamlFile): YAMLMap | undefined {
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
  const list = memberAt(file, rootOf(file), 'import');
  if (!isSeq(list)) return [];
  return list.items.flatMap((item) => {
    const node = resolved(file, item);
    return isScalar(node) && typeof node.value === 'string'
      ? [{ path: pathFrom(file, node.value, node), node }]
      : [];
  });
}

async function readImport(files: Files, file: YamlFile, imported: Import): Promise<YamlFile> {
  const offset = imported.node.range?.[0] ?? 0;
  const cannot = (problem: string) =>
    invalidAt(file, offset, `Cannot import "${imported.path}": ${problem}`);
  const read = await readNamedFile(files, imported.path).catch((error: unknown) => {
    throw isConnectorError(error) ? cannot(messageOf(error)) : error;
  });
  if (read === undefined) throw cannot('there is no such file');
  // It may be anything, and hold secrets: nothing of it is shown.
  if (!isCatalog(read)) throw cannot('it is not a Flow catalog');
  return read;
}

// https://docs.estuary.dev/concepts/catalogs/
const sections = [
  'import',
  'captures',
  'collections',
  'materializations',
  'tests',
  'storageMappings',
];

/** True for an empty file, and one that has a section of a catalog. */
function isCatalog(file: YamlFile): boolean {
  const { contents } = file.document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return true;
  if (!isMap(contents)) return false;
  const names = membersOf(file, contents);
  return names.size === 0 || sections.some((section) => names.has(section));
}

function entriesOf(file: YamlFile, section: 'captures' | 'collections'): CatalogEntry[] {
  const map = memberAt(file, rootOf(file), section);
  if (map === undefined || (isScalar(map) && map.value === null)) return [];
  if (!isMap(map)) {
    throw invalidAt(file, map.range?.[0] ?? 0, `Expected "${section}" to be a mapping of names`);
  }
  return [...membersOf(file, map)].map(([name, { key, value }]) => {
    const node = resolved(file, value);
    if (isMap(node)) return { name, file, node };
    const offset = ((value ?? key) as Node).range?.[0] ?? 0;
    throw invalidAt(file, offset, `Expected a mapping as "${name}" in "${section}"`);
  });
}

/** The error for a file that is not there, by what the user might have meant. */
export function sourceMissing(source: string): ConnectorError {
  return new ConnectorError(errorCodes.flowFileInvalid, `There is no file "${source}" here`, {
    hint: 'Name it with --source, or create one: source-dynamodb discover --region us-east-1 --write',
  });
}
