/** Which capture of a catalog is meant. */

import { ConnectorError, errorCodes } from '../../errors.ts';
import { likelyMeant } from '../../misspelling.ts';
import type { Catalog, CatalogEntry } from './catalog.ts';
import { memberAt, textAt } from './yaml-node.ts';

/** True when the catalog has the named capture, or one that may be meant where none is named. */
export function mayMeanCapture({ captures }: Catalog, name: string | undefined): boolean {
  return captures.some((entry) => (name === undefined ? isOurs(entry) : entry.name === name));
}

/** The named capture, or the only one that may be meant: of this connector's image, or a local command. */
export function chooseCapture(
  { source, captures }: Catalog,
  name: string | undefined,
): CatalogEntry {
  const names = captures.map((entry) => entry.name);
  const list = (entries: readonly string[]) => entries.map((each) => `"${each}"`).join(', ');
  if (name !== undefined) {
    const named = captures.find((entry) => entry.name === name);
    if (named !== undefined) return named;
    const meant = likelyMeant(name, names) ?? (names.length === 1 ? names[0] : undefined);
    const hint =
      meant === undefined ? `It has: ${list(names) || 'no capture'}.` : `Did you mean "${meant}"?`;
    throw missing(`There is no capture "${name}" in ${source.path}`, hint);
  }
  const [only, ...others] = captures.filter(isOurs);
  if (only === undefined) {
    throw missing(
      `There is no capture by source-dynamodb in ${source.path}`,
      names.length === 0
        ? 'Add one under "captures:", or use another file with --source.'
        : `If you mean one of these, name it with --capture: ${list(names)}`,
    );
  }
  if (others.length === 0) return only;
  throw missing(
    `There are ${others.length + 1} captures in ${source.path}, and it is not clear which one you mean`,
    `Name one with --capture: ${list([only, ...others].map((entry) => entry.name))}`,
  );
}

function missing(message: string, hint: string): ConnectorError {
  return new ConnectorError(errorCodes.flowFileInvalid, message, { hint });
}

function isOurs({ file, node }: CatalogEntry): boolean {
  if (memberAt(file, node, 'endpoint', 'local') !== undefined) return true;
  return textAt(file, node, 'endpoint', 'connector', 'image')?.includes('dynamodb') === true;
}
