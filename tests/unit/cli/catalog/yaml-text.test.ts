import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { blockYaml, inlineYaml } from '../../../../connector/cli/catalog/yaml-text.ts';

// What YAML does not count as printable, or older readers take for the end of a line.
const odd = ['\u007f', '\u0080', '\u0085', '\u009f', '\u2028', '\u2029', '\ufeff', '\uffff'];

test.each(odd)('a name with %j is written with an escape, and read as it was', (character) => {
  const value = { [`a${character}b`]: [`/a${character}b`], note: 'plain é 😀' };
  for (const text of [blockYaml(value), inlineYaml(value)]) {
    expect(text).not.toContain(character);
    expect(text).toContain('plain é 😀');
    expect(parse(text)).toEqual(value);
  }
});
