/** The pages that users read, taken apart. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Page {
  /** Path from the top. */
  readonly file: string;
  readonly text: string;
}

/** A fenced block: its language, the word after it that says what it is, and what is in it. */
export interface Block {
  readonly language: string;
  readonly kind: string;
  readonly text: string;
}

const folder = 'connector/docs';

export const pages: readonly Page[] = [
  ...['README.md', 'CHANGELOG.md'],
  ...readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name)),
].map((file) => ({ file, text: readFileSync(file, 'utf8') }));

export function pageNamed(name: string): Page {
  const page = pages.find(({ file }) => path.basename(file, '.md') === name);
  if (page === undefined) throw new Error(`There is no page "${name}"`);
  return page;
}

export function blocksOf({ text }: Page): Block[] {
  const fences = text.matchAll(/^```(\w+)(?: (\w+))?\n([\s\S]*?)^```$/gm);
  return [...fences].map(([, language = '', kind = '', body = '']) => ({
    language,
    kind,
    text: body,
  }));
}

/** The page without its fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

/** Rows of the table whose first heading this is, cell by cell; without the marks of code. */
export function tableOf({ text }: Page, firstHeading: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstHeading} `));
  if (start < 0) throw new Error(`There is no table of "${firstHeading}"`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
  );
}
