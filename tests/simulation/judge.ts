/** Whether a history kept the promises: what was committed, held against what was written. */

import {
  isObject,
  property,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../connector/reduction/json.ts';
import { itemDifference } from '../support/attribute-match.ts';
import { evidenceOf, untruths } from './emissions.ts';
import type { Item, LogEntry } from '../support/fake-dynamodb/fake-dynamodb.ts';
import type { Committed, Destination, SimulatedFlow } from './simulated-flow.ts';
import type { World } from './world.ts';

/** One broken promise: its kind, a colon, and a sentence that names table and key. */
export type Violation = string;

export function kindOf(violation: Violation): string {
  return violation.slice(0, violation.indexOf(':'));
}

/** A write as a document shows it. */
interface Shown {
  readonly key: string;
  readonly op: 'c' | 'u' | 'd';
  readonly isSnapshot: boolean;
  readonly epoch: string;
  /** Of the image: the new one, or of a delete the old one; 0 where there is none. */
  readonly version: number;
  readonly sequenceNumber: string;
}

/** Promises 1, 2, 5 and 7 over everything that was committed. */
export function judge(world: World, flow: SimulatedFlow, isComplete: boolean): Violation[] {
  const tables = world.plan.tables.flatMap(({ name, viewType }, binding) => {
    const destination = flow.destinations[binding]!;
    const evidence = evidenceOf(world, flow, binding);
    const { log, keyNames } = evidence;
    const shown = evidence.committed.map((each) => shownBy(each, destination));
    const hasOldImages = viewType === 'NEW_AND_OLD_IMAGES';
    const epoch = flow.epochOf(name);
    const beganMs = flow.epochsBegan.get(`${name} ${epoch ?? ''}`) ?? Infinity;
    const say = (kind: string, texts: readonly string[]) =>
      texts.map((text) => `${kind}: ${name}: ${text}`);
    return [
      ...say('order', orderViolations(shown)),
      ...say('repetition', repetitions(shown)),
      ...say('untruth', untruths(evidence, hasOldImages)),
      ...say('omission', isComplete && hasOldImages ? omissions(shown, log, beganMs) : []),
      ...say(
        'divergence',
        isComplete ? differences(destination, world.fake.items(name), keyNames, epoch) : [],
      ),
    ];
  });
  return [...flow.violations, ...tables];
}

/** True once everything written is committed or sure not to come: the history may end. */
export function isCaughtUp(world: World, flow: SimulatedFlow, nowMs: number): boolean {
  const tables = property(flow.emittedState as JsonObject, 'bindingStateV1');
  return world.plan.tables.every(({ name }) => {
    const state = isObject(tables) ? property(tables, name) : undefined;
    if (!isObject(state) || property(state, 'backfillFinishedAt') === undefined) return false;
    const readAt = property(state, 'streamReadAt');
    return typeof readAt === 'string' && nowMs >= 0;
  });
}

function shownBy({ document }: Committed, { collection }: Destination): Shown {
  const meta = property(document, '_meta') as JsonObject;
  const op = property(meta, 'op') as Shown['op'];
  const before = property(meta, 'before');
  const image = op === 'd' ? before : document;
  const version = isObject(image) ? property(image, 'v') : undefined;
  return {
    key: collection.packKey(document),
    op,
    isSnapshot: property(meta, 'snapshot') === true,
    epoch: property(meta, 'epoch') as string,
    version: typeof version === 'number' ? version : 0,
    sequenceNumber: (property(meta, 'sequenceNumber') as string | undefined) ?? '',
  };
}

/** No epoch before an earlier one; nothing older of a key after something newer of it; no scanned image of an item after its delete. */
function orderViolations(shown: readonly Shown[]): Violation[] {
  const streamed = new Map<string, Shown>();
  const violations: Violation[] = [];
  let epoch = '';
  for (const next of shown) {
    if (next.epoch < epoch) violations.push(`epoch ${next.epoch} came after ${epoch}`);
    epoch = next.epoch;
    const last = streamed.get(`${next.epoch} ${next.key}`);
    const what = `${next.isSnapshot ? 'scanned' : 'streamed'} version ${next.version} of ${next.key}`;
    if (last !== undefined && next.version > 0) {
      if (next.version < last.version)
        violations.push(`${what} came after version ${last.version}`);
      if (next.version === last.version && last.op === 'd')
        violations.push(`${what} came after its delete`);
    }
    if (!next.isSnapshot && next.version > 0) streamed.set(`${next.epoch} ${next.key}`, next);
  }
  return violations;
}

/** No record twice; no item scanned twice, but for the one that goes before its delete. */
function repetitions(shown: readonly Shown[]): Violation[] {
  const seen = new Set<string>();
  const violations: Violation[] = [];
  shown.forEach((each, index) => {
    const next = shown[index + 1];
    const goesBeforeDelete = each.isSnapshot && next?.op === 'd' && next.key === each.key;
    if (goesBeforeDelete) return;
    const identity = each.isSnapshot ? 'scan' : `${each.op} ${each.sequenceNumber}`;
    const name = `${each.epoch} ${each.key} ${identity}`;
    if (seen.has(name)) violations.push(`committed twice: ${name}`);
    seen.add(name);
  });
  return violations;
}

/** Every write since the last backfill began is there. */
function omissions(
  shown: readonly Shown[],
  log: readonly LogEntry[],
  beganMs: number,
): Violation[] {
  const identities = new Set(
    shown
      .filter((each) => !each.isSnapshot)
      .map(({ op, version }) => `${op === 'd' ? 'd' : 'p'} ${version}`),
  );
  const versions = new Map<string, string>();
  const violations: Violation[] = [];
  for (const { key, item, committedAtMs, eventName, shardId } of log) {
    const version = item === undefined ? versions.get(key) : (JSON.parse(item) as Item)['v']?.N;
    if (version !== undefined) versions.set(key, version);
    if (committedAtMs <= beganMs || shardId === undefined) continue;
    const identity = `${item === undefined ? 'd' : 'p'} ${version ?? ''}`;
    if (!identities.has(identity))
      violations.push(`never captured: ${eventName} of version ${version ?? '?'} of ${key}`);
  }
  return violations;
}

/** What destinations hold, against the table. Rows of older epochs may be deletes that were lost in a gap. */
function differences(
  destination: Destination,
  items: readonly Item[],
  keyNames: readonly string[],
  epoch: string | undefined,
): Violation[] {
  const { collection, hard, soft, delta } = destination;
  const want = new Map(items.map((item) => [packedKeyOf(collection, item, keyNames), item]));
  const rowsOf = { hard: hard.rows(), soft: soft.rows(), delta };
  return Object.entries(rowsOf).flatMap(([kind, rows]) => {
    const violations: Violation[] = [];
    for (const [key, row] of rows) {
      const meta = property(row as JsonObject, '_meta') as JsonObject;
      const isTombstone = property(meta, 'op') === 'd';
      const isOld = property(meta, 'epoch') !== epoch;
      if (want.has(key)) continue;
      if (kind === 'hard' ? !isOld : !isTombstone && !isOld) {
        violations.push(
          `${kind} deletes: a row that is not in the table: ${stringifyJson(row).slice(0, 300)}`,
        );
      }
    }
    for (const [key, item] of want) {
      const row = rows.get(key);
      const isThere =
        row !== undefined &&
        property(property(row as JsonObject, '_meta') as JsonObject, 'op') !== 'd';
      const difference = isThere
        ? itemDifference(item as never, row as JsonObject, keyNames)
        : 'it is missing';
      if (difference !== undefined) violations.push(`${kind} deletes: item ${key}: ${difference}`);
    }
    return violations;
  });
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
