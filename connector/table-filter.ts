/** Which of an account's tables discovery looks at. */

import type { TableFilter } from './table.ts';

/** True for a table that some `include` pattern matches, or all where there is none, and no `exclude` pattern. */
export function isIncluded(tableName: string, { include, exclude }: TableFilter): boolean {
  const matches = (pattern: string) => expressionOf(pattern).test(tableName);
  return (include.length === 0 || include.some(matches)) && !exclude.some(matches);
}

/** `*` stands for any characters, `?` for one. */
function expressionOf(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
