/** YAML files as users write them: read whole, and spoken of by line and column. */

import { LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { ConnectorError, errorCodes, isConnectorError, messageOf, nameOf } from '../../errors.ts';
import type { Files } from '../../host.ts';

export interface YamlFile {
  /** As it is to be shown, and opened: relative to the working folder where the user named it so. */
  readonly path: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** The byte order mark that the file begins with, or nothing. */
  readonly mark: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

const byteOrderMark = '\ufeff';
/** Lines shown before the one that an error is on. */
const shownLines = 1;

/** A YAML (or JSON) file; undefined where there is none. Throws `flow-file-invalid` with line and column. */
export async function readYamlFile(files: Files, path: string): Promise<YamlFile | undefined> {
  const text = await readText(files, path);
  return text === undefined ? undefined : parseYamlFile(path, text);
}

/**
 * A file that a catalog names, which may be anything, and hold secrets: an error tells the place alone. Undefined
 * where there is none.
 */
export async function readNamedFile(files: Files, path: string): Promise<YamlFile | undefined> {
  const text = await readText(files, path);
  if (text === undefined) return undefined;
  try {
    return parseYamlFile(path, text);
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    const [sentence = ''] = error.message.split('\n');
    // What the parser says may quote the file as well.
    const [place] = /^.*?:\d+:\d+/s.exec(sentence) ?? [path];
    throw new ConnectorError(errorCodes.flowFileInvalid, `${place}: This is not valid YAML`);
  }
}

/** The same of a text that is at hand. */
export function parseYamlFile(path: string, given: string): YamlFile {
  const lines = new LineCounter();
  const mark = given.startsWith(byteOrderMark) ? byteOrderMark : '';
  const text = given.slice(mark.length);
  const document = documentOf(path, text, lines);
  const file = { path, text, mark, document, lines };
  const [error] = document.errors;
  if (error !== undefined && isExhausted(error)) throw tooDeep(path, error);
  if (error !== undefined) throw invalidAt(file, error.pos[0], sentenceOf(error.message));
  return file;
}

function documentOf(path: string, text: string, lines: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  } catch (error) {
    throw isExhausted(error) ? tooDeep(path, error) : error;
  }
}

/** The parser may tell of it in an error of its own. */
function isExhausted(error: unknown): boolean {
  return nameOf(error) === 'RangeError' || messageOf(error).startsWith('Maximum call stack size');
}

/** The parser calls itself for each level: a file that exhausts it is a mistake, not a bug. */
function tooDeep(path: string, cause: unknown): ConnectorError {
  return new ConnectorError(
    errorCodes.flowFileInvalid,
    `${path}: Something in it is too many levels deep`,
    { cause },
  );
}

/** A node as plain JSON, with aliases resolved. Throws `flow-file-invalid`. */
export function jsonOf(file: YamlFile, node: Node): unknown {
  try {
    return node.toJS(file.document);
  } catch (error) {
    if (isExhausted(error)) throw tooDeep(file.path, error);
    throw invalidAt(file, node.range?.[0] ?? 0, sentenceOf(messageOf(error)));
  }
}

/** What is wrong at a place in a file, with the line it is on. */
export function invalidAt(
  file: YamlFile,
  offset: number,
  problem: string,
  hint?: string,
): ConnectorError {
  const { line, col } = file.lines.linePos(offset);
  return new ConnectorError(
    errorCodes.flowFileInvalid,
    `${file.path}:${line}:${col}: ${problem}\n${excerpt(file.text, line, col)}`,
    { hint },
  );
}

/** Where a node is: `flow.yaml:12`. */
export function placeOf(file: YamlFile, node: Node | undefined): string {
  const { line } = file.lines.linePos(node?.range?.[0] ?? 0);
  return `${file.path}:${line}`;
}

async function readText(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.read(path);
  } catch (error) {
    throw new ConnectorError(
      errorCodes.fileUnusable,
      `Cannot read "${path}": ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** The line, numbered, with a mark below the column; and the line before it, where mistakes often are. */
function excerpt(text: string, line: number, column: number): string {
  const all = text.split(/\r?\n/);
  const first = Math.max(1, line - shownLines);
  const width = String(line).length;
  const shown = all
    .slice(first - 1, line)
    .map((each, index) => `  ${String(first + index).padStart(width)} | ${each}`.trimEnd());
  return [...shown, `  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`].join('\n');
}

function sentenceOf(message: string): string {
  return message.replace(/\.$/, '');
}
