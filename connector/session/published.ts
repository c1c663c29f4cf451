/** The collections that discovery would publish for some bindings: for a capture whose collections are not at hand. */

import { mapPool } from '../async/map-pool.ts';
import type { Aws } from '../aws/aws.ts';
import type { EndpointConfig, ResourceConfig } from '../config/config.ts';
import { describeConcurrency, documentKey, documentSchema } from '../discovery/discovery.ts';

export interface PublishedCollection {
  /** JSON pointers. */
  readonly key: readonly string[];
  readonly schema: Readonly<Record<string, unknown>>;
}

export async function publishedCollections(
  config: EndpointConfig,
  resources: readonly ResourceConfig[],
  { tables }: Aws,
  signal: AbortSignal,
): Promise<PublishedCollection[]> {
  const describe = async ({ table: name }: ResourceConfig, describeSignal: AbortSignal) => {
    const table = await tables.describeTable(name, describeSignal);
    return { key: documentKey(table), schema: documentSchema(table, config) };
  };
  return mapPool(resources, describeConcurrency, describe, signal);
}
