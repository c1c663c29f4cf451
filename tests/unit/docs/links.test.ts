import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pageNamed, pages, proseOf, type Page } from './pages.ts';

/** Targets of links within the repository, as `[file, anchor]`. */
function linksOf(page: Page): [file: string, anchor: string][] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#');
      const whole = file === '' ? page.file : path.join(path.dirname(page.file), file);
      return [whole, anchor];
    });
}

/** Names of a page's headings as GitHub makes them. */
function anchorsOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(pages)('$file', (page) => {
  test('links to files and headings that there are', () => {
    const broken = linksOf(page).filter(([file, anchor]) => {
      if (!existsSync(file)) return true;
      const target = pages.find((each) => each.file === file);
      return anchor !== '' && (target === undefined || !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});

test('the front page leads to every page', () => {
  const linked = new Set(linksOf(pageNamed('README')).map(([file]) => file));
  const others = pages.map(({ file }) => file).filter((file) => file !== 'README.md');
  expect(others.filter((file) => !linked.has(file))).toEqual([]);
});
