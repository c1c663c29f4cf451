/** Values as YAML text, in the style of the files that people write for Flow. */

import { Document, visit } from 'yaml';

/** A value on one line: a scalar, `{ table: orders }`, `[/id]`. */
export function inlineYaml(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Collection: (_, node) => {
      node.flow = true;
    },
  });
  const padded = !Array.isArray(value);
  return document.toString({ lineWidth: 0, flowCollectionPadding: padded }).trimEnd();
}

/** A value in block style, ending with a newline. */
export function blockYaml(value: unknown): string {
  return new Document(value, { aliasDuplicateObjects: false }).toString({ lineWidth: 0 });
}
