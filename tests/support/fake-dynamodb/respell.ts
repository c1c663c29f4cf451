/** The same JSON in other letters: what a parser must not care about. */

import { drawBelow } from '../seeded-random.ts';

const gaps = ['', '', '', ' ', '\n', '\t', '\r\n  '];
const escapedChance = 0.1;

/** Members in another order, white space between, some characters as escapes; the value stays the same. */
export function respelled(json: string, random: () => number): string {
  return spell(JSON.parse(json), random);
}

function spell(value: unknown, random: () => number): string {
  const gap = () => gaps[drawBelow(random, gaps.length)]!;
  if (typeof value === 'string') return gap() + spellText(value, random) + gap();
  if (typeof value !== 'object' || value === null) return gap() + JSON.stringify(value) + gap();
  if (Array.isArray(value)) return `[${gap()}${value.map((each) => spell(each, random)).join()}]`;
  const members = shuffled(Object.entries(value), random).map(
    ([name, member]) => `${gap()}${spellText(name, random)}${gap()}:${spell(member, random)}`,
  );
  return `{${members.join()}${gap()}}`;
}

function spellText(text: string, random: () => number): string {
  let spelled = '';
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // A lone half of a pair has no UTF-8: such pairs are escaped whole or not at all.
    const isPaired = unit >= 0xd800 && unit < 0xe000;
    if (!isPaired && random() < escapedChance) spelled += escaped(unit);
    else spelled += isPaired ? escaped(unit) : JSON.stringify(text[index]).slice(1, -1);
  }
  return `"${spelled}"`;
}

const escaped = (unit: number) => `\\u${unit.toString(16).padStart(4, '0')}`;

function shuffled<T>(elements: readonly T[], random: () => number): T[] {
  const mixed = [...elements];
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = drawBelow(random, index + 1);
    [mixed[index], mixed[other]] = [mixed[other]!, mixed[index]!];
  }
  return mixed;
}
