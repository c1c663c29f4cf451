/** The checkpoint as typed state, in the shape of Estuary's Go connector (`bindingStateV1`). */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ConnectorError, errorCodes, listProblems } from '../errors.ts';
import { parseRfc3339 } from '../time.ts';
import { isObject, type JsonObject } from '../json.ts';
import stateSchema from './state.schema.json' with { type: 'json' };
import type { TableStateJson } from './table-state-json.ts';

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

/** A state as far as a capture wants it. */
export interface LoadedState {
  /** Checkpointed tables by state key: those that are bound. */
  readonly tables: ReadonlyMap<string, TableStateJson>;
  /** State keys that nothing is bound by any more. */
  readonly unboundKeys: readonly string[];
  /** The latest epoch of any table, bound or not. */
  readonly lastEpoch: string | undefined;
}

const member = 'bindingStateV1';
const tableSchema = stateSchema.properties[member].additionalProperties;

/** Compiled when first needed, and once: that takes longer than all else at a start. */
let isTableState: ValidateFunction<TableStateJson> | undefined;

const startOverHint = "Increment the binding's backfill counter to start it over.";

/**
 * The state of the tables that are bound by these keys. Throws `state-invalid` for a state of another shape, with every
 * table that has one. What is not bound is not judged: after its remedy, a new key, the bad entry is there under the old.
 */
export function loadState(state: unknown, stateKeys: ReadonlySet<string>): LoadedState {
  const given: unknown = isObject(state) ? (state[member] ?? {}) : undefined;
  if (!isObject(given)) {
    const place = isObject(state) ? member : 'the state';
    throw invalid([`Cannot use the state: ${place} must be object`]);
  }
  const entries = Object.entries(given);
  const bound = entries.filter(([stateKey]) => stateKeys.has(stateKey));
  const problems = bound.flatMap(([stateKey, table]) => {
    const problem = problemOf(table);
    return problem === undefined ? [] : [`Cannot use the state of "${stateKey}": ${problem}`];
  });
  if (problems.length > 0) throw invalid(problems);
  return {
    tables: new Map(bound as unknown as [string, TableStateJson][]),
    unboundKeys: entries.map(([stateKey]) => stateKey).filter((key) => !stateKeys.has(key)),
    lastEpoch: entries
      .flatMap(([, table]) => epochOf(table))
      .sort()
      .at(-1),
  };
}

function invalid(problems: readonly string[]): ConnectorError {
  const message = listProblems(
    problems,
    (count) => `The state cannot be used, for ${count} reasons:`,
  );
  return new ConnectorError(errorCodes.stateInvalid, message, { hint: startOverHint });
}

/** What is wrong with a table's state; undefined when nothing is. */
function problemOf(table: unknown): string | undefined {
  // A test checks the schema itself, which would take most of the time to the first document.
  isTableState ??= new Ajv2020({ meta: false, validateSchema: false }).compile<TableStateJson>(
    tableSchema,
  );
  if (isTableState(table)) return segmentsProblem(table) ?? timesProblem(table);
  const [error] = isTableState.errors ?? [];
  const place = (error?.instancePath ?? '').slice(1).replaceAll('/', '.') || 'it';
  return `${place} ${error?.message ?? 'is not valid'}`;
}

function epochOf(table: unknown): string[] {
  const epoch = isObject(table) ? table['epoch'] : undefined;
  return typeof epoch === 'string' && epochPattern.test(epoch) ? [epoch] : [];
}

const epochPattern = new RegExp(tableSchema.properties.epoch.pattern);

/** A patch of one table's state as a patch of the whole; null removes it. */
export function statePatch(stateKey: string, patch: JsonObject | null): JsonObject {
  return { [member]: { [stateKey]: patch } };
}

/** Removes the state of tables that are no longer bound: resumed later, it would hide what they missed. */
export function pruningPatch(unboundKeys: readonly string[]): JsonObject | undefined {
  if (unboundKeys.length === 0) return undefined;
  return { [member]: Object.fromEntries(unboundKeys.map((stateKey) => [stateKey, null])) };
}

function segmentsProblem(table: TableStateJson): string | undefined {
  const { backfillSegmentProgress = {}, totalBackfillSegments: count } = table;
  const unknown = Object.keys(backfillSegmentProgress).find((segment) => Number(segment) >= count);
  return unknown === undefined
    ? undefined
    : `it has progress of segment ${unknown}, but only ${count} segments`;
}

const times = [
  'epoch',
  'backfillStartedAt',
  'streamReadAt',
  'itemsReadAt',
  'backfillFinishedAt',
] as const;

/** A time that cannot be read would compare as neither early nor late, and quietly switch a check off. */
function timesProblem(table: TableStateJson): string | undefined {
  for (const time of times) {
    const text = table[time];
    if (text === undefined || !Number.isNaN(parseRfc3339(text))) continue;
    return `${time} is not a time: "${text}"`;
  }
  return undefined;
}
