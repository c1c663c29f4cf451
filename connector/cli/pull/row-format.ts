/** How documents and rows are written: as flowctl does, as bare JSON lines, or as CSV. */

import {
  isObject,
  property,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../reduction/reduction.ts';

export type Format = 'flow' | 'jsonl' | 'csv';

/** A document's line but for the document: flowctl's form is `["acmeCo/orders",{…}]`. */
export function lineAround(format: Format, collection: string): readonly [string, string] {
  return format === 'flow' ? [`[${JSON.stringify(collection)},`, ']\n'] : ['', '\n'];
}

/** `acmeCo/shop/orders` is written to `orders.jsonl`; where two end alike, both by their whole names. */
export function fileNames(collections: readonly string[], format: Format): Map<string, string> {
  const distinct = [...new Set(collections)];
  const last = (name: string) => name.slice(name.lastIndexOf('/') + 1);
  const extension = format === 'csv' ? 'csv' : 'jsonl';
  return new Map(
    distinct.map((name) => {
      const isAlone = distinct.filter((other) => last(other) === last(name)).length === 1;
      return [name, `${isAlone ? last(name) : name.replaceAll('/', '_')}.${extension}`];
    }),
  );
}

/** Lines of rows, in pieces of many. The key's attributes come first. */
export function* rowLines(
  format: Format,
  collection: string,
  key: readonly string[],
  rows: readonly JsonValue[],
): Generator<string> {
  const keyNames = key.map(nameIn);
  const [start, end] = lineAround(format, collection);
  const columns = format === 'csv' ? columnsOf(rows, keyNames) : [];
  if (columns.length > 0) yield `${columns.map((name) => cell(name)).join(',')}\r\n`;
  const line = (row: JsonValue) =>
    format === 'csv'
      ? `${columns.map((name) => cell(isObject(row) ? property(row, name) : undefined)).join(',')}\r\n`
      : start + stringifyJson(keyFirst(row, keyNames)) + end;
  for (let at = 0; at < rows.length; at += rowsPerPiece) {
    yield rows
      .slice(at, at + rowsPerPiece)
      .map(line)
      .join('');
  }
}

/** A write for each row would take its time. */
const rowsPerPiece = 500;

/** The attribute that a JSON pointer of one step names. */
function nameIn(pointer: string): string {
  return pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}

function keyFirst(row: JsonValue, keyNames: readonly string[]): JsonValue {
  if (!isObject(row)) return row;
  const key = keyNames.filter((name) => Object.hasOwn(row, name));
  const first = Object.fromEntries(key.map((name) => [name, row[name] ?? null]));
  // Members that are there already keep their place.
  return { ...first, ...row } satisfies JsonObject;
}

/** Of all rows: the key, the attributes in order of their first appearance, `_meta` last. */
function columnsOf(rows: readonly JsonValue[], keyNames: readonly string[]): string[] {
  const names = new Set(keyNames);
  for (const row of rows) if (isObject(row)) for (const name of Object.keys(row)) names.add(name);
  const hasMeta = names.delete('_meta');
  return hasMeta ? [...names, '_meta'] : [...names];
}

/** As RFC 4180 has it. Lists and maps are JSON; nothing and null are an empty cell, an empty text is `""`. */
function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : stringifyJson(value);
  const isPlain = text !== '' && !/[",\r\n]|^\s|\s$/.test(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}
