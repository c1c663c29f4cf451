/** What destinations hold, against the table: nothing missing, nothing stale, nothing that is gone. */

import {
  property,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../connector/reduction/json.ts';
import { itemDifference } from '../support/attribute-match.ts';
import type { Item } from '../support/fake-dynamodb/fake-dynamodb.ts';
import type { Evidence } from './emissions.ts';
import { isLastSecondLife, lastSecondGhostsMax } from './last-second.ts';
import type { Destination, SimulatedFlow } from './simulated-flow.ts';

/** A row that is not as the table has it. */
export interface Difference {
  /** As the collection packs it. */
  readonly key: string;
  /** True for a row of an item that the table does not have. */
  readonly isGhost: boolean;
  readonly text: string;
}

/** True where a loss was healed by a repair each time, and by no further backfill. */
export function isHealed(flow: SimulatedFlow, tableName: string): boolean {
  const epochs = [...flow.epochsCommitted].filter((name) => name.startsWith(`${tableName} `));
  const [, ...later] = epochs;
  return later.length > 0 && later.every((name) => flow.repairEpochs.has(name));
}

/**
 * `goneEpoch`: rows of older epochs than it may be of items that were deleted in a gap; of none where absent.
 * `mayStay`: keys, as the log has them, of items whose deletes are to be ignored.
 */
export function differences(
  destination: Destination,
  items: readonly Item[],
  {
    keyNames,
    textNames,
    goneEpoch,
    mayStay,
  }: Pick<Evidence, 'keyNames' | 'textNames'> & {
    readonly goneEpoch: string | undefined;
    readonly mayStay: readonly string[];
  },
): Difference[] {
  const { collection, hard, soft, delta } = destination;
  const want = new Map(items.map((item) => [packedKeyOf(collection, item, keyNames), item]));
  const kept = new Set(
    mayStay.map((key) => packedKeyOf(collection, JSON.parse(key) as Item, keyNames)),
  );
  const rowsOf = { hard: hard.rows(), soft: soft.rows(), delta };
  return Object.entries(rowsOf).flatMap(([kind, rows]) => {
    const found: Difference[] = [];
    for (const [key, row] of rows) {
      const meta = property(row as JsonObject, '_meta') as JsonObject;
      const isTombstone = property(meta, 'op') === 'd';
      const isOld = goneEpoch !== undefined && property(meta, 'epoch') !== goneEpoch;
      if (want.has(key) || kept.has(key)) continue;
      if (kind === 'hard' ? !isOld : !isTombstone && !isOld) {
        const shown = stringifyJson(row).slice(0, 300);
        const text = `${kind} deletes: a row that is not in the table: ${shown}`;
        found.push({ key, isGhost: true, text });
      }
    }
    for (const [key, item] of want) {
      const row = rows.get(key);
      const isThere =
        row !== undefined &&
        property(property(row as JsonObject, '_meta') as JsonObject, 'op') !== 'd';
      const difference = isThere
        ? itemDifference(item as never, row as JsonObject, textNames)
        : 'it is missing';
      if (difference === undefined) continue;
      found.push({ key, isGhost: false, text: `${kind} deletes: item ${key}: ${difference}` });
    }
    return found;
  });
}

/** Sorts out the rows of items that lived within the last second of a shard, as long as they are few. */
export function withoutLastSecond(
  found: readonly Difference[],
  { log, committed, keyNames }: Evidence,
  { collection }: Destination,
  clockOffMs: number,
): { readonly ghosts: number; readonly others: readonly string[] } {
  const ghosts = new Set(found.flatMap(({ key, isGhost }) => (isGhost ? [key] : [])));
  if (ghosts.size === 0) return { ghosts: 0, others: found.map(({ text }) => text) };
  const keys = new Map(
    log.map(({ key }) => [packedKeyOf(collection, JSON.parse(key) as Item, keyNames), key]),
  );
  const excused = new Set(
    [...ghosts].filter((key) =>
      isLastSecondLife(log, committed, { key: keys.get(key) ?? '', clockOffMs }),
    ),
  );
  const isExcused = ({ key, isGhost }: Difference) => isGhost && excused.has(key);
  const others = found.flatMap((each) => (isExcused(each) ? [] : [each.text]));
  if (excused.size > lastSecondGhostsMax) {
    others.push(`${excused.size} rows of items that lived within the last second of a shard`);
  }
  return { ghosts: excused.size, others };
}

function packedKeyOf(
  collection: Destination['collection'],
  item: Item,
  keyNames: readonly string[],
): string {
  const document = Object.fromEntries(
    keyNames.map((name) => [name, Object.values(item[name]!)[0] as JsonValue]),
  );
  return collection.packKey(document);
}
