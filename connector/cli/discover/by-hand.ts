/** What a user has to add, where a file cannot be edited without touching something else. */

import { ConnectorError, errorCodes } from '../../errors.ts';
import type { LinesByHand } from './discovered-changes.ts';

/** The refusal, with the lines to add and where. */
export function cannotEdit(all: readonly LinesByHand[]): ConnectorError {
  const files = [...new Set(all.map(({ file }) => file))].map((file) => `"${file}"`).join(', ');
  // Several additions to one place are one block.
  const blocks = new Map<string, string>();
  for (const { file, path, lines } of all) {
    const place = `To ${path.join(' → ')} in ${file}:`;
    blocks.set(place, (blocks.get(place) ?? '') + lines.replace(/^(?=.)/gm, '  '));
  }
  const hint = [...blocks].map(([place, lines]) => `${place}\n${lines}`).join('');
  return new ConnectorError(
    errorCodes.flowFileInvalid,
    `Cannot edit ${files} without changing something else, such as what an anchor (&) shares; nothing was written`,
    { hint: `Add these lines by hand, and run it again.\n${hint.trimEnd()}` },
  );
}
