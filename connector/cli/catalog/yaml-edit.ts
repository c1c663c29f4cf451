/**
 * Additions to a YAML file that leave every other byte as it is: comments, order, quotes and spaces stay the user's.
 *
 * A file that was read and written again by a YAML library keeps its comments, but comes back in the library's style,
 * and a change of three lines would show as one of three hundred. So new lines are put between the old ones, at the
 * places that the parsed document tells; then the result is parsed and compared with what the library makes of the
 * same addition. Where they differ, or where the place is shared by an anchor, the file cannot be edited: the caller
 * tells the user which lines to add.
 */

import { isDeepStrictEqual } from 'node:util';
import { isCollection, isMap, isScalar, visit, type Document, type Node, type Pair } from 'yaml';
import type { Addition } from './addition.ts';
import { isJson, splicedJson } from './json-edit.ts';
import { parseYamlFile, type YamlFile } from './yaml-file.ts';
import { isMergeKey } from './yaml-node.ts';
import { inlineYaml } from './yaml-text.ts';

const step = '  ';

/**
 * The file with an addition to the collection at a path; what is missing of the path is made. Undefined where that
 * cannot be done without touching something else.
 */
export function addTo(
  file: YamlFile,
  path: readonly string[],
  addition: Addition,
): YamlFile | undefined {
  if (isShared(file, path)) return undefined;
  const wanted = parseYamlFile(file.path, file.mark + file.text);
  apply(wanted.document, path, addition);
  const text = isJson(file.text) ? splicedJson(file, path, addition) : splice(file, path, addition);
  const spliced = parsed(file.path, file.mark + text);
  return spliced !== undefined && isDeepStrictEqual(jsOf(spliced), jsOf(wanted))
    ? spliced
    : undefined;
}

/**
 * True where something on the way is written elsewhere, or read elsewhere too: behind an alias, by a merge key, or
 * below an anchor that has aliases. True as well where the way ends at a value that is no collection.
 */
function isShared({ document }: YamlFile, path: readonly string[]): boolean {
  const aliased = new Set<string>();
  visit(document, { Alias: (_, { source }) => void aliased.add(source) });
  let node: unknown = document.contents;
  for (const name of [...path, undefined]) {
    if (node === null || (isScalar(node) && node.value === null)) return false;
    if (!isCollection(node) || (node.anchor !== undefined && aliased.has(node.anchor))) return true;
    if (name === undefined) return false;
    if (!isMap(node)) return true;
    const pair = node.items.find(({ key }) => isNamed(key, name));
    // A member of its own would hide what is merged.
    if (pair === undefined) return node.items.some(({ key }) => isMergeKey(key));
    node = pair.value;
  }
  return false;
}

/** The addition as the YAML library makes it. */
function apply(document: Document, path: readonly string[], { name, value }: Addition): void {
  const isItem = name === undefined;
  if (!isCollection(document.getIn(path, true))) {
    const empty = document.createNode(isItem ? [] : {});
    if (path.length === 0) document.contents = empty;
    else document.setIn(path, empty);
  }
  if (isItem) document.addIn(path, document.createNode(value));
  else document.setIn([...path, name], document.createNode(value));
}

function splice(file: YamlFile, path: readonly string[], addition: Addition): string {
  const { document, text } = file;
  const node = document.getIn(path, true) as Node | undefined;
  if (isCollection(node) && node.items.length > 0) {
    return node.flow === true
      ? inserted(text, endOfLastItem(node), `, ${inlineAddition(addition)}`)
      : insertedLines(text, node.range?.[1] ?? 0, columnOf(file, node), addition.block, path);
  }
  const name = path.at(-1);
  if (name === undefined)
    return `${withNewline(text)}${text === '' ? '' : likeIn(text, '\n')}${likeIn(text, addition.block)}`;
  const parentPath = path.slice(0, -1);
  const parent = document.getIn(parentPath, true) as Node | undefined;
  const pair = isMap(parent) ? parent.items.find(({ key }) => isNamed(key, name)) : undefined;
  if (pair !== undefined) return filled(file, pair, addition.block);
  const value =
    addition.name === undefined ? [addition.value] : { [addition.name]: addition.value };
  const block = `${inlineYaml(name)}:\n${indented(addition.block, step)}`;
  return splice(file, parentPath, { name, value, block });
}

/** The addition within the brackets or braces of others. */
function inlineAddition({ name, value }: Addition): string {
  return name === undefined ? inlineYaml(value) : inlineYaml({ [name]: value }).slice(2, -2);
}

/** A mapping's empty value (nothing, `null`, `[]` or `{}`) becomes a block; a comment stays on the key's line. */
function filled(file: YamlFile, { key, value }: Pair, block: string): string {
  const { text } = file;
  const keyEnd = (key as Node).range?.[1] ?? 0;
  const valueEnd = Math.max(keyEnd, (value as Node | null)?.range?.[1] ?? 0);
  const colon = text.indexOf(':', keyEnd);
  const emptied = `${text.slice(0, colon + 1)}${text.slice(Math.max(valueEnd, colon + 1))}`;
  const indent = `${' '.repeat(columnOf(file, key as Node))}${step}`;
  const lineEnd = emptied.indexOf('\n', colon);
  const at = lineEnd < 0 ? emptied.length : lineEnd + 1;
  return `${withNewline(emptied.slice(0, at))}${likeIn(text, indented(block, indent))}${emptied.slice(at)}`;
}

function insertedLines(
  text: string,
  offset: number,
  column: number,
  block: string,
  path: readonly string[],
): string {
  const lines = likeIn(text, indented(block, ' '.repeat(column)));
  // Sections of a file are set apart.
  const gap = path.length === 0 ? likeIn(text, '\n') : '';
  return `${withNewline(text.slice(0, offset))}${gap}${lines}${text.slice(offset)}`;
}

/** Lines with the ends that the text has. */
function likeIn(text: string, lines: string): string {
  return text.includes('\r\n') ? lines.replaceAll('\n', '\r\n') : lines;
}

function inserted(text: string, offset: number, added: string): string {
  return `${text.slice(0, offset)}${added}${text.slice(offset)}`;
}

function indented(block: string, indent: string): string {
  return block.replace(/^(?=.)/gm, indent);
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function endOfLastItem(node: Node & { readonly items: readonly unknown[] }): number {
  const last = node.items.at(-1);
  const end =
    isScalar(last) || isCollection(last) ? last : ((last as Pair).value ?? (last as Pair).key);
  return (end as Node).range?.[1] ?? 0;
}

function columnOf({ lines }: YamlFile, node: Node): number {
  return lines.linePos(node.range?.[0] ?? 0).col - 1;
}

function isNamed(key: unknown, name: string): boolean {
  return isScalar(key) && key.value === name;
}

function parsed(path: string, text: string): YamlFile | undefined {
  try {
    return parseYamlFile(path, text);
  } catch {
    return undefined; // Compared by the caller.
  }
}

function jsOf({ document }: YamlFile): unknown {
  return document.toJS() as unknown;
}
