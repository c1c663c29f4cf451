/** Mutants fit the connector as it is. */

import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mutate } from '../../../simulation/mutants/mutate.ts';
import { mutants } from '../../../simulation/mutants/mutants.ts';

describe('mutate()', () => {
  const mutant = { name: 'no wait', file: 'a.ts', find: 'wait();', replace: '$& $1' };

  test('replaces the text, and takes its own text as it is', () => {
    expect(mutate('begin(); wait(); end();', mutant)).toBe('begin(); $& $1 end();');
  });

  test.each([
    ['begin();', 0],
    ['wait(); wait();', 2],
  ])('refuses %j, where the text occurs %d times', (source, places) => {
    expect(() => mutate(source, mutant)).toThrow(
      `Mutant "no wait": its text occurs ${places} times in a.ts, not once`,
    );
  });
});

describe('mutants', () => {
  test.each(mutants)('$name', (mutant) => {
    const source = readFileSync(mutant.file, 'utf8');
    expect(mutate(source, mutant)).not.toBe(source);
  });

  test('have names of their own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });
});
