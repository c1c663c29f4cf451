/** Members of mappings as a reader of YAML sees them: aliases followed, and merge keys (`<<`) taken in. */

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { invalidAt, type YamlFile } from './yaml-file.ts';

/** The node itself, or what it is an alias of; undefined where there is nothing. */
export function resolved(file: YamlFile, node: unknown): Node | undefined {
  if (!isAlias(node)) return (node ?? undefined) as Node | undefined;
  const target = node.resolve(file.document);
  if (target !== undefined) return target;
  throw invalidAt(file, node.range?.[0] ?? 0, `There is no anchor "&${node.source}" before this`);
}

/** The value at a path of names; undefined where the path ends before, or nothing is there. */
export function memberAt(
  file: YamlFile,
  node: unknown,
  ...names: readonly string[]
): Node | undefined {
  return names.reduce<Node | undefined>(
    (at, name) => {
      const pair = isMap(at) ? membersOf(file, at).get(name) : undefined;
      return resolved(file, pair?.value);
    },
    resolved(file, node),
  );
}

/** The scalar's text at a path of names, if that is what is there. */
export function textAt(file: YamlFile, node: unknown, ...names: readonly string[]) {
  const member = memberAt(file, node, ...names);
  return isScalar(member) && typeof member.value === 'string' ? member.value : undefined;
}

/** All members of a mapping by their names. Its own go before merged ones, and of those the first that is named. */
export function membersOf(
  file: YamlFile,
  map: YAMLMap,
  within: ReadonlySet<unknown> = new Set(),
): Map<string, Pair> {
  const own = map.items.filter(({ key }) => !isMergeKey(key));
  const members = new Map(own.map((pair) => [nameOf(file, pair), pair]));
  // One that merges itself would never end.
  const seen = new Set([...within, map]);
  for (const source of map.items.filter(({ key }) => isMergeKey(key))) {
    const merged = resolved(file, source.value);
    for (const each of isSeq(merged) ? merged.items : [merged]) {
      const from = resolved(file, each);
      if (!isMap(from) || seen.has(from)) continue;
      for (const [name, pair] of membersOf(file, from, seen)) {
        if (!members.has(name)) members.set(name, pair);
      }
    }
  }
  return members;
}

/** A plain `<<`; in quotes it is a name like any other. */
export function isMergeKey(key: unknown): boolean {
  if (!isScalar(key)) return false;
  return typeof key.value === 'symbol' || (key.value === '<<' && key.type === 'PLAIN');
}

function nameOf(file: YamlFile, { key }: Pair): string {
  const node = resolved(file, key);
  return isScalar(node) ? String(node.value) : String(node);
}
