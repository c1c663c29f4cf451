/** The capture that `pull` runs, with its collections. */

import { ConnectorError, errorCodes } from '../../errors.ts';
import { tableOf } from '../catalog/bound-table.ts';
import type { CommandHost, Files } from '../../host.ts';
import type { Log } from '../../log.ts';
import { isIncluded } from '../../table-filter.ts';
import { publishedCollections } from '../../session/session.ts';
import {
  collectionMissing,
  hasCollection,
  readCollection,
  readFlowCapture,
  type FlowBinding,
  type FlowCapture,
} from '../catalog/flow-file.ts';
import type { PullCapture } from './pulled-capture.ts';
import type { PullOptions } from './pull-options.ts';
import type { ReducedCollection } from './reduced-collections.ts';
import { captureOfTables } from './tables-capture.ts';

/** That of the configuration's schema. */
const scanLimitMax = 2 ** 31 - 1;

/** Throws what is wrong with the `flow.yaml`, and where. */
export async function readPullCapture(
  options: PullOptions,
  { host, log }: { readonly host: CommandHost; readonly log: Log },
): Promise<PullCapture> {
  if ((options.region ?? options.endpoint) !== undefined) {
    const capture = await captureOfTables(options, { host, log });
    return { ...capture, config: withScanLimit(capture.config, options.limit) };
  }
  const filesRead = new Set<string>();
  const files: Files = {
    ...host.files,
    read: (path) => {
      filesRead.add(path);
      return host.files.read(path);
    },
  };
  const flow = await readFlowCapture(files, options);
  const enabled = flow.bindings.filter(({ isDisabled }) => !isDisabled);
  const bindings = chosen(enabled, options.table);
  if (enabled.length === 0) {
    const state = flow.bindings.length === 0 ? 'no bindings' : 'only disabled bindings';
    throw new ConnectorError(
      errorCodes.flowFileInvalid,
      `Capture "${flow.name}" in ${options.source} has ${state}`,
      { hint: 'Add some with: source-dynamodb discover --write' },
    );
  }
  if (bindings.length === 0) {
    const names = enabled.map(({ resource, target }) => tableOf(resource) ?? target);
    throw new ConnectorError(
      errorCodes.flowFileInvalid,
      `No enabled binding of "${flow.name}" in ${options.source} has a table that --table names`,
      { hint: `Its tables: ${names.join(', ')}` },
    );
  }
  const config = withScanLimit(flow.config, options.limit);
  const collections = await collectionsOf(flow, bindings, options, {
    host: { ...host, files },
    log,
  });
  return {
    name: flow.name,
    config,
    collections,
    tableNames: bindings.map(({ resource, target }) => tableOf(resource) ?? target),
    bindings: bindings.map(({ resource, backfill, place }, index) => ({
      resourceConfig: resource,
      collection: collectionSpec(collections[index]),
      backfill,
      place,
    })),
    filesRead: [...filesRead],
  };
}

/** Those of tables that some pattern matches, by name, or by the name in an ARN; all where there is no pattern. */
function chosen(bindings: readonly FlowBinding[], patterns: readonly string[]) {
  const filter = { include: patterns, exclude: [] };
  return bindings.filter(({ resource }) => {
    const table = tableOf(resource) ?? '';
    return isIncluded(table, filter) || isIncluded(table.slice(table.indexOf('/') + 1), filter);
  });
}

/** As the flow.yaml has them; where it has none, as discovery would publish them if they matter. */
async function collectionsOf(
  flow: FlowCapture,
  bindings: readonly FlowBinding[],
  { reduce }: Pick<PullOptions, 'reduce'>,
  { host, log }: { readonly host: CommandHost; readonly log: Log },
): Promise<ReducedCollection[]> {
  const unknown = bindings.filter((binding) => !hasCollection(flow, binding));
  for (const { target } of unknown) log.warn(collectionMissing(flow, target));
  const resources = unknown.map(({ resource }) => resource);
  const published =
    reduce && unknown.length > 0
      ? await publishedCollections(flow.config, resources, { host, log })
      : [];
  return Promise.all(
    bindings.map(async (binding) => {
      const { target: name } = binding;
      if (unknown.includes(binding)) {
        return { name, ...(published[unknown.indexOf(binding)] ?? { key: [], schema: {} }) };
      }
      const { key, writeSchema: schema } = await readCollection(host.files, flow, binding);
      return { name, key, schema };
    }),
  );
}

function collectionSpec(collection: ReducedCollection | undefined) {
  const { name = '', key = [], schema = {} } = collection ?? {};
  return { name, key, writeSchema: schema };
}

/** A page no larger than all that is wanted: so a checkpoint comes where the limit is, and little is read. */
function withScanLimit(config: unknown, limit: number | undefined): unknown {
  if (limit === undefined || typeof config !== 'object' || config === null) return config;
  const { advanced } = config as { readonly advanced?: { readonly scanLimit?: number } | null };
  const given = advanced?.scanLimit ?? 0;
  const scanLimit = Math.min(given > 0 ? given : scanLimitMax, limit);
  return { ...config, advanced: { ...advanced, scanLimit } };
}
