/** What follows from facts of a location, and how the state writes both. */

import { anyNumberText, decimalText, fractional, numericText, wholeText } from './known-names.ts';

/** How the state writes facts: letters, in this order. */
const factLetters: readonly (readonly [fact: number, letter: string])[] = [
  [numericText, 't'],
  [fractional, 'f'],
  [wholeText, 'w'],
  [decimalText, 'd'],
  [anyNumberText, 'n'],
];

/** What Flow is to be told of a location: the types of its values, and the format of those that are strings. */
export interface LocationType {
  readonly type: 'string' | readonly ['number', 'string'];
  readonly format?: 'number';
}

/** Names in an item, or in the image of one before a change. */
export interface ItemPath {
  readonly path: readonly string[];
  readonly isImage: boolean;
}

export function lettersOf(facts: number): string {
  return factLetters.map(([fact, letter]) => ((facts & fact) === 0 ? '' : letter)).join('');
}

export function factsOf(letters: string): number {
  return factLetters.reduce(
    (facts, [fact, letter]) => facts | (letters.includes(letter) ? fact : 0),
    0,
  );
}

/** What Flow is to be told; undefined where it finds that by itself. */
export function typeOf(facts: number): LocationType | undefined {
  const isMixed = (facts & wholeText) !== 0 && (facts & fractional) !== 0;
  const isNumber = isMixed || (facts & (decimalText | anyNumberText)) !== 0;
  if ((facts & numericText) !== 0) return { type: isNumber ? ['number', 'string'] : 'string' };
  return isNumber ? { type: ['number', 'string'], format: 'number' } : undefined;
}

/** Where in a document: an item's own `_meta` was moved, and an image lies in `_meta`. */
export function documentPath({ path, isImage }: ItemPath): string[] {
  if (isImage) return ['_meta', 'before', ...path];
  return path[0] === '_meta' ? ['_meta', 'attribute', ...path.slice(1)] : [...path];
}

export function pointerOf(location: ItemPath): string {
  const escaped = documentPath(location).map((name) =>
    name.replaceAll('~', '~0').replaceAll('/', '~1'),
  );
  return `/${escaped.join('/')}`;
}

/** What `pointerOf` made the pointer of. */
export function itemPathOf(pointer: string): ItemPath {
  const names = pointer.split('/').slice(1);
  const path = names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const [first, second] = path;
  if (first !== '_meta') return { path, isImage: false };
  return second === 'before'
    ? { path: path.slice(2), isImage: true }
    : { path: ['_meta', ...path.slice(2)], isImage: false };
}
