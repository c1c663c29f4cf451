/** Each streamed document, held against the write that it tells of: is it true, and did it come in time? */

import {
  isObject,
  property,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../connector/reduction/json.ts';
import { itemDifference } from '../support/attribute-match.ts';
import type { Item, LogEntry } from '../support/fake-dynamodb/fake-dynamodb.ts';
import type { Committed, SimulatedFlow } from './simulated-flow.ts';
import type { World } from './world.ts';

/** The scan may begin this long after its stream was found to be nearly caught up; it stops at five minutes. */
const backlogMsMax = 6.5 * 60_000;

/** One table's writes and what was committed of them. */
export interface Evidence {
  readonly log: readonly LogEntry[];
  readonly committed: readonly Committed[];
  readonly keyNames: readonly string[];
  /** Attributes whose numbers are text. */
  readonly textNames: readonly string[];
  /** Of each shard, the last of its ancestors' records to be readable; before that, none of its own may be read. */
  readonly readableFromMs: ReadonlyMap<string, number>;
}

/** Where a scanned page is in time, and a write and its document. */
interface Emission {
  readonly visibleAtMs: number;
  readonly emittedAtMs: number;
}

/** What a world and Flow tell of a table. */
export function evidenceOf(world: World, flow: SimulatedFlow, binding: number): Evidence {
  const { name, keyTypes } = world.plan.tables[binding]!;
  const log = world.fake.log.filter(({ table }) => table === name);
  const keyNames = ['pk', 'sk'].slice(0, keyTypes.length);
  const { numbers } = world.plan.options ?? {};
  return {
    log,
    readableFromMs: readableFrom(world, name, log),
    committed: flow.committed.filter((each) => each.binding === binding),
    keyNames,
    textNames: [...keyNames, ...(numbers === 'string' ? ['v', 'amount', 'ttl'] : [])],
  };
}

function readableFrom(world: World, name: string, log: readonly LogEntry[]): Map<string, number> {
  const lastMs = new Map<string, number>();
  for (const { shardId = '', visibleAtMs = 0 } of log) {
    lastMs.set(shardId, Math.max(lastMs.get(shardId) ?? 0, visibleAtMs));
  }
  const fromMs = new Map<string, number>();
  // Parents come before their children.
  for (const { id, parentId = '' } of world.fake.shards(name)) {
    fromMs.set(id, Math.max(fromMs.get(parentId) ?? 0, lastMs.get(parentId) ?? 0));
  }
  return fromMs;
}

const ops = { INSERT: 'c', MODIFY: 'u', REMOVE: 'd' } as const;
const metaOf = (document: JsonObject) => property(document, '_meta') as JsonObject;
const isSnapshot = (document: JsonObject) => property(metaOf(document), 'snapshot') === true;

/** Documents that show what never was: another item, another old image, a change that never happened. */
export function untruths(
  evidence: Evidence,
  hasOldImages: boolean,
  ignoresTtlDeletes: boolean,
): string[] {
  const { log, committed, keyNames, textNames } = evidence;
  const writes = writesByIdentity(log);
  const versions = new Map(log.flatMap(({ item }) => versionEntry(item)));
  const deleted = deletedKeys(log);
  return committed.flatMap(({ document, isReread }) => {
    const what = stringifyJson(document).slice(0, 200);
    if (isSnapshot(document)) {
      const item = versions.get(textOf(property(document, 'v')));
      // The old image of a delete, where a stream has none, is only the key.
      const isBare = item === undefined && !hasOldImages;
      const difference = isBare ? undefined : differenceOf(item, document, textNames);
      return difference === undefined ? [] : [`scanned ${what}: ${difference}`];
    }
    // That a key is not there is seen, not told; so it bears no number of a record.
    if (isReread) {
      const key = keyJson(document, keyNames);
      return deleted.has(key) ? [] : [`it was never deleted: ${what}`];
    }
    const write = writes.get(identityOf(document));
    if (write === undefined) return [`never happened: ${what}`];
    const { entry, before } = write;
    if (entry.isExpiry && ignoresTtlDeletes) return [`it is to be ignored: ${what}`];
    if (property(metaOf(document), 'op') !== ops[entry.eventName])
      return [`${what}: it was ${entry.eventName}`];
    const now = entry.item ?? entry.key;
    const difference = differenceOf(JSON.parse(now) as Item, document, textNames);
    if (difference !== undefined) return [`streamed ${what}: ${difference}`];
    const shown = property(metaOf(document), 'before');
    const shownBefore = isObject(shown) ? textOf(property(shown, 'v')) : '';
    const wantBefore = hasOldImages ? versionOf(before) : '';
    return shownBefore === wantBefore ? [] : [`${what}: its old image is not ${wantBefore}`];
  });
}

/** The times from records' being readable to their documents, of records written since a moment. */
export function latenciesMs(evidence: Evidence, sinceMs: number): number[] {
  return emissions(evidence).flatMap(({ visibleAtMs, emittedAtMs }) =>
    visibleAtMs > sinceMs ? [emittedAtMs - visibleAtMs] : [],
  );
}

/** Pages asked for while the stream was far behind. */
export function scansAhead(evidence: Evidence, sinceMs: number): string[] {
  const late = emissions(evidence).filter(
    ({ visibleAtMs, emittedAtMs }) =>
      visibleAtMs > sinceMs && emittedAtMs - visibleAtMs > backlogMsMax,
  );
  if (late.length === 0) return [];
  const scans = evidence.committed.filter(
    ({ document }, index) => isSnapshot(document) && !isDeleteOf(evidence, index),
  );
  return scans.flatMap(({ document }) => {
    const scannedAt = Date.parse(textOf(property(metaOf(document), 'scannedAt')));
    // A document tells whole milliseconds, and the request began within that one.
    const waiting = late.find(
      ({ visibleAtMs, emittedAtMs }) =>
        visibleAtMs + backlogMsMax < scannedAt && scannedAt + 1 <= emittedAtMs,
    );
    return waiting === undefined
      ? []
      : [`scanned while a record waited since ${new Date(waiting.visibleAtMs).toISOString()}`];
  });
}

/** True for the image that goes before its delete. */
function isDeleteOf({ committed }: Evidence, index: number): boolean {
  const next = committed[index + 1]?.document;
  return next !== undefined && property(metaOf(next), 'op') === 'd';
}

function emissions({ log, committed, readableFromMs }: Evidence): Emission[] {
  const writes = writesByIdentity(log);
  return committed.flatMap(({ document, emittedAtMs }) => {
    const write = isSnapshot(document) ? undefined : writes.get(identityOf(document));
    const { visibleAtMs, shardId = '' } = write?.entry ?? {};
    if (visibleAtMs === undefined) return [];
    const readableAtMs = Math.max(visibleAtMs, readableFromMs.get(shardId) ?? 0);
    return [{ visibleAtMs: readableAtMs, emittedAtMs }];
  });
}

/** Keys that were deleted at some time, as `keyJson` writes them. */
function deletedKeys(log: readonly LogEntry[]): ReadonlySet<string> {
  return new Set(
    log.flatMap(({ key, eventName }) =>
      eventName === 'REMOVE' ? [JSON.stringify(plainKey(key))] : [],
    ),
  );
}

/** The values of a document's key. */
function keyJson(document: JsonObject, keyNames: readonly string[]): string {
  return JSON.stringify(keyNames.map((name) => textOf(property(document, name))));
}

const plainKey = (json: string) =>
  Object.values(JSON.parse(json) as Item).map((value) => Object.values(value)[0] as string);

interface Write {
  readonly entry: LogEntry;
  /** JSON of the item it changed. */
  readonly before: string | undefined;
}

function writesByIdentity(log: readonly LogEntry[]): Map<string, Write> {
  const writes = new Map<string, Write>();
  const items = new Map<string, string | undefined>();
  for (const entry of log) {
    const before = entry.eventName === 'INSERT' ? undefined : items.get(entry.key);
    items.set(entry.key, entry.item);
    if (entry.sequenceNumber === undefined) continue;
    writes.set(eventIdOf(entry.shardId ?? '', entry.sequenceNumber), { entry, before });
  }
  return writes;
}

/** As the fake makes it. Sequence numbers alone are not enough: those of two streams may be the same. */
function eventIdOf(shardId: string, sequenceNumber: string): string {
  const digits = BigInt(sequenceNumber).toString(16).slice(-24).padStart(24, '0');
  return shardId.slice(-8) + digits;
}

function identityOf(document: JsonObject): string {
  return textOf(property(metaOf(document), 'eventId'));
}

function differenceOf(item: Item | undefined, document: JsonObject, keyNames: readonly string[]) {
  if (item === undefined) return 'no such version was written';
  return itemDifference(item as never, document, keyNames);
}

function versionEntry(item: string | undefined): [string, Item][] {
  if (item === undefined) return [];
  const parsed = JSON.parse(item) as Item;
  return [[parsed['v']?.N ?? '', parsed]];
}

function versionOf(item: string | undefined): string {
  return item === undefined ? '' : ((JSON.parse(item) as Item)['v']?.N ?? '');
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : stringifyJson(value);
}
