/** The table that a binding names, as far as its resource tells before it is checked. */

/** Name or ARN; undefined where the resource has none. */
export function tableOf(resource: unknown): string | undefined {
  if (typeof resource !== 'object' || resource === null) return undefined;
  const table: unknown = Reflect.get(resource, 'table');
  return typeof table === 'string' ? table : undefined;
}
