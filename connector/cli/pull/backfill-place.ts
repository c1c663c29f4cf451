/** Where to write the counter that starts a new backfill: a command knows the file, and the line of the binding. */

import { ConnectorError, isConnectorError } from '../../errors.ts';
import type { LocalBinding } from './local-runtime.ts';

const remedy = /^Increment the binding's backfill counter(?: \([^)]*\))?/;

/** The error with the place in its remedy, where that is to increment the counter of a binding that it names. */
export function withBackfillPlace(
  error: unknown,
  bindings: readonly Pick<LocalBinding, 'resourceConfig' | 'backfill' | 'place'>[],
): unknown {
  if (!isConnectorError(error) || error.hint === undefined || !remedy.test(error.hint))
    return error;
  const { code, message, hint } = error;
  const named = bindings.filter(({ resourceConfig }) => {
    const table = (resourceConfig as { readonly table?: unknown } | undefined)?.table;
    return typeof table === 'string' && message.includes(`"${table}"`);
  });
  const [binding] = named;
  if (binding?.place === undefined || named.length > 1) return error;
  const next = `Write "backfill: ${binding.backfill + 1}" below the binding, ${binding.place},`;
  return new ConnectorError(code, message, { hint: hint.replace(remedy, next), cause: error });
}
