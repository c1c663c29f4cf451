/** The checkpoint as typed state, in the shape of Estuary's Go connector (`bindingStateV1`). */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ConnectorError, errorCodes } from '../errors.ts';
import { parseRfc3339 } from '../time.ts';
import { isJsonObject, type JsonObject } from './merge-patch.ts';
import stateSchema from './state.schema.json' with { type: 'json' };
import type { TableStateJson } from './table-state-json.ts';

export { type JsonObject } from './merge-patch.ts';
export {
  repairCounts,
  type RepairCounts,
  type RepairJson,
  type RepairUpdate,
  type WindowJson,
} from './repair-state.ts';
export { unreadShard, type LastRecord, type ShardState } from './shard-state.ts';
export { replacingPatch, type TableStateJson } from './table-state-json.ts';
export { TableState, type UnfinishedSegment } from './table-state.ts';

interface StateJson {
  readonly bindingStateV1?: Record<string, TableStateJson>;
}

/** Compiled when first needed, and once: that takes longer than all else at a start. */
let isState: ValidateFunction<StateJson> | undefined;

const member = 'bindingStateV1';
const startOverHint = "Increment the binding's backfill counter to start it over.";

/** Checkpointed tables by state key. Throws `state-invalid` for a state of another shape. */
export function loadState(state: unknown): Map<string, TableStateJson> {
  // A test checks the schema itself, which would take most of the time to the first document.
  isState ??= new Ajv2020({ meta: false, validateSchema: false }).compile<StateJson>(stateSchema);
  if (!isState(state)) {
    const [error] = isState.errors ?? [];
    const place = (error?.instancePath ?? '').slice(1).replaceAll('/', '.') || 'the state';
    throw new ConnectorError(
      errorCodes.stateInvalid,
      `Cannot use the state: ${place} ${error?.message ?? 'is not valid'}`,
      { hint: startOverHint },
    );
  }
  const tables = new Map(Object.entries(state.bindingStateV1 ?? {}));
  for (const [stateKey, table] of tables) {
    assertSegments(stateKey, table);
    assertTimes(stateKey, table);
  }
  return tables;
}

/** A patch of one table's state as a patch of the whole; null removes it. */
export function statePatch(stateKey: string, patch: JsonObject | null): JsonObject {
  return { [member]: { [stateKey]: patch } };
}

/** Removes the state of tables that are no longer bound: resumed later, it would hide what they missed. */
export function pruningPatch(
  tables: ReadonlyMap<string, TableStateJson>,
  stateKeys: ReadonlySet<string>,
): JsonObject | undefined {
  const unbound = [...tables.keys()].filter((stateKey) => !stateKeys.has(stateKey));
  if (unbound.length === 0) return undefined;
  return { [member]: Object.fromEntries(unbound.map((stateKey) => [stateKey, null])) };
}

function assertSegments(stateKey: string, table: TableStateJson): void {
  const progress = table.backfillSegmentProgress ?? {};
  if (!isJsonObject(progress)) return;
  const unknown = Object.keys(progress).find(
    (segment) => Number(segment) >= table.totalBackfillSegments,
  );
  if (unknown === undefined) return;
  throw new ConnectorError(
    errorCodes.stateInvalid,
    `Cannot use the state of "${stateKey}": it has progress of segment ${unknown}, but only ${table.totalBackfillSegments} segments`,
    { hint: startOverHint },
  );
}

/** A time that cannot be read would compare as neither early nor late, and quietly switch a check off. */
function assertTimes(stateKey: string, table: TableStateJson): void {
  const times = [
    'epoch',
    'backfillStartedAt',
    'streamReadAt',
    'itemsReadAt',
    'backfillFinishedAt',
  ] as const;
  for (const time of times) {
    const text = table[time];
    if (text === undefined || !Number.isNaN(parseRfc3339(text))) continue;
    throw new ConnectorError(
      errorCodes.stateInvalid,
      `Cannot use the state of "${stateKey}": ${time} is no time: "${text}"`,
      { hint: startOverHint },
    );
  }
}
