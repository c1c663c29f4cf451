/** RFC 7396 merge patches, as Flow applies them to a capture's state. */

export type StateJson = Readonly<Record<string, unknown>>;

/** The state after a checkpoint. */
export function patched(state: StateJson, patch: unknown): StateJson {
  const merged = mergePatch(state, patch);
  return isObject(merged) ? merged : {};
}

/** https://datatracker.ietf.org/doc/html/rfc7396#section-2 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  // By way of a map: a state key may be `__proto__`.
  const merged = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is StateJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
