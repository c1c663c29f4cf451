/** The table that a binding names, as far as its resource tells before it is checked. */

import { membersOf, textOf } from '../../json.ts';

/** Name or ARN; undefined where the resource has none. */
export function tableOf(resource: unknown): string | undefined {
  return textOf(membersOf(resource)['table']);
}
