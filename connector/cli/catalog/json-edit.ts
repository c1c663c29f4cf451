/** Additions to a JSON file: it stays JSON, and every other byte as it is. */

import { isCollection, isMap, type Node, type Pair } from 'yaml';
import type { Addition } from './addition.ts';
import type { YamlFile } from './yaml-file.ts';

const stepDefault = '  ';

/** True for a text that any reader of JSON takes. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The text with an addition to the collection at a path, which may be missing or empty. */
export function splicedJson(file: YamlFile, path: readonly string[], addition: Addition): string {
  const { document, text } = file;
  let node = document.contents;
  let rest = path;
  while (rest[0] !== undefined) {
    const pair = isMap<Node, Node | null>(node)
      ? node.items.find(({ key }) => String(key) === rest[0])
      : undefined;
    if (pair?.value == null) break;
    node = pair.value;
    rest = rest.slice(1);
  }
  const { name, value } = rest.toReversed().reduce<{ name?: string; value: unknown }>(
    (inner, step) => ({
      name: step,
      value: inner.name === undefined ? [inner.value] : { [inner.name]: inner.value },
    }),
    addition,
  );
  const step = /^[ \t]+(?=")/m.exec(text)?.[0] ?? stepDefault;
  const member = (indent: string) => {
    const json = JSON.stringify(value, undefined, step).replaceAll('\n', `\n${indent}`);
    return name === undefined ? json : `${JSON.stringify(name)}: ${json}`;
  };
  return likeIn(text, insertion(text, node, step, member));
}

function insertion(
  text: string,
  node: Node | null,
  step: string,
  member: (indent: string) => string,
): string {
  const [start = 0, end = text.length] = node?.range ?? [];
  const last: unknown = isCollection(node) ? node.items.at(-1) : undefined;
  if (last === undefined) {
    // `[]`, `{}` or null: the brackets come with what is put between them.
    const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', start) + 1))?.[0] ?? '';
    const inner = member(indent + step);
    const [open, close] = /^"[^\n]*": /.test(inner) ? ['{', '}'] : ['[', ']'];
    return `${text.slice(0, start)}${open}\n${indent}${step}${inner}\n${indent}${close}${text.slice(end)}`;
  }
  const lastNode = (isMap(node) ? (last as Pair).key : last) as Node;
  const lastEnd = (isMap(node) ? ((last as Pair).value ?? (last as Pair).key) : last) as Node;
  const at = lastEnd.range?.[1] ?? end;
  const lineStart = text.lastIndexOf('\n', lastNode.range?.[0] ?? 0) + 1;
  const before = text.slice(lineStart, lastNode.range?.[0] ?? 0);
  const isOwnLine = /^[ \t]*$/.test(before) && lineStart > start;
  const added = isOwnLine
    ? `,\n${before}${member(before)}`
    : `, ${member('').replace(/\n\s*/g, ' ')}`;
  return `${text.slice(0, at)}${added}${text.slice(at)}`;
}

function likeIn(text: string, changed: string): string {
  return text.includes('\r\n') ? changed.replace(/\r?\n/g, '\r\n') : changed;
}
