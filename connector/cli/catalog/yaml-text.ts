/** Values as YAML text, in the style of the files that people write for Flow. */

import { Document, visit, type ToStringOptions } from 'yaml';

/** A value on one line: a scalar, `{ table: orders }`, `[/id]`. */
export function inlineYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Collection: (_, node) => {
      node.flow = true;
    },
  });
  const padded = !Array.isArray(value);
  return textOf(document, { lineWidth: 0, flowCollectionPadding: padded }).trimEnd();
}

/** A value in block style, ending with a newline. */
export function blockYaml(value: unknown): string {
  return textOf(new Document(value, { aliasDuplicateObjects: false }), { lineWidth: 0 });
}

/**
 * Characters that YAML counts as not printable, or that older readers take for the end of a line: the library writes
 * them as they are, and no other reader takes that. https://yaml.org/spec/1.2.2/#51-character-set
 */
const unprintable = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;

function textOf(document: Document, options: ToStringOptions): string {
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && unprintable.test(node.value))
        node.type = 'QUOTE_DOUBLE';
    },
  });
  // Now they stand in double quotes, where an escape may stand for them.
  return document
    .toString(options)
    .replace(
      new RegExp(unprintable, 'g'),
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
