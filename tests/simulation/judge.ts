/** Whether a history kept the promises: what was committed, held against what was written. */

import { isObject, property, type JsonObject } from '../../connector/reduction/json.ts';
import { isRepairing } from './checkpoint-check.ts';
import { sequenceNumbersOf } from './last-second.ts';
import { differences, isHealed, withoutLastSecond } from './differences.ts';
import { evidenceOf, untruths, type Evidence } from './emissions.ts';
import type { Item, LogEntry } from '../support/fake-dynamodb/fake-dynamodb.ts';
import type { Plan } from './plan.ts';
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
  readonly isReread: boolean;
}

/** Promises 1, 2, 5 and 7 over everything that was committed. */
export function judge(world: World, flow: SimulatedFlow, isComplete: boolean): Violation[] {
  return [...judgeAll(world, flow, isComplete).violations];
}

/** The same, and how many rows stay that no repair can know of. */
export function judgeAll(
  world: World,
  flow: SimulatedFlow,
  isComplete: boolean,
): { readonly violations: readonly Violation[]; readonly lastSecondGhosts: number } {
  let lastSecondGhosts = 0;
  const divergences = (binding: number, evidence: Evidence, epoch: string | undefined) => {
    const { name } = world.plan.tables[binding]!;
    const rows = differences(flow.destinations[binding]!, world.fake.items(name), {
      mayStay: world.plan.options?.ttlDeletes === 'ignore' ? expiredKeys(evidence) : [],
      keyNames: evidence.keyNames,
      textNames: evidence.textNames,
      // Who repairs heals deletes too; who backfills again cannot know of them.
      goneEpoch: isHealed(flow, name) ? undefined : epoch,
    });
    const { ghosts, others } = withoutLastSecond(
      rows,
      evidence,
      flow.destinations[binding]!,
      clockOffMsMax(world.plan),
    );
    lastSecondGhosts += ghosts;
    return others;
  };
  const tables = world.plan.tables.flatMap(({ name, viewType }, binding) => {
    const destination = flow.destinations[binding]!;
    const evidence = evidenceOf(world, flow, binding);
    const { log } = evidence;
    const shown = evidence.committed.map((each) => shownBy(each, destination));
    const hasOldImages =
      viewType === 'NEW_AND_OLD_IMAGES' && world.plan.options?.beforeImages !== false;
    const ignoresTtlDeletes = world.plan.options?.ttlDeletes === 'ignore';
    const wanted = log.filter(({ isExpiry }) => !isExpiry || !ignoresTtlDeletes);
    const epoch = flow.epochOf(name);
    const beganMs = flow.epochsBegan.get(`${name} ${epoch ?? ''}`) ?? Infinity;
    const say = (kind: string, texts: readonly string[]) =>
      texts.map((text) => `${kind}: ${name}: ${text}`);
    return [
      ...say('order', orderViolations(shown)),
      ...say('repetition', repetitions(shown)),
      ...say('untruth', untruths(evidence, hasOldImages, ignoresTtlDeletes)),
      ...say('omission', isComplete && hasOldImages ? omissions(shown, wanted, beganMs) : []),
      ...say('divergence', isComplete ? divergences(binding, evidence, epoch) : []),
    ];
  });
  return {
    violations: [...flow.violations, ...flow.types.violations(), ...tables],
    lastSecondGhosts,
  };
}

/**
 * Keys, as the log has them, of items that time to live has deleted. If one came again and was deleted in a gap, within
 * one window, nobody knows: the row that was to be kept stays.
 */
function expiredKeys({ log, committed }: Evidence): string[] {
  const emitted = sequenceNumbersOf(committed);
  const known = log.filter(
    ({ isExpiry, sequenceNumber = '' }) => isExpiry || emitted.has(sequenceNumber),
  );
  const last = new Map(known.map((entry) => [entry.key, entry]));
  return [...last.values()].flatMap(({ key, isExpiry }) => (isExpiry ? [key] : []));
}

/** By how much the connector's time may differ from the table's; from four minutes on it goes by the server's. */
function clockOffMsMax({ clockOffMs, events }: Plan): number {
  const ownMs = Math.max(...clockOffMs.map(Math.abs));
  const skewMs = events.map((event) => (event.kind === 'skew' ? Math.abs(event.ms) : 0));
  return ownMs + Math.max(0, ...skewMs);
}

/** True once everything written is committed or sure not to come: the history may end. */
export function isCaughtUp(world: World, flow: SimulatedFlow, nowMs: number): boolean {
  const tables = property(flow.emittedState as JsonObject, 'bindingStateV1');
  return world.plan.tables.every(({ name }) => {
    const state = isObject(tables) ? property(tables, name) : undefined;
    if (!isObject(state) || property(state, 'backfillFinishedAt') === undefined) return false;
    if (isRepairing(state)) return false;
    const readAt = property(state, 'streamReadAt');
    return typeof readAt === 'string' && nowMs >= 0;
  });
}

function shownBy({ document, isReread }: Committed, { collection }: Destination): Shown {
  const meta = property(document, '_meta') as JsonObject;
  const op = property(meta, 'op') as Shown['op'];
  const before = property(meta, 'before');
  const image = op === 'd' ? before : document;
  const version = Number(isObject(image) ? property(image, 'v') : undefined);
  return {
    key: collection.packKey(document),
    op,
    isSnapshot: property(meta, 'snapshot') === true,
    epoch: property(meta, 'epoch') as string,
    version: Number.isNaN(version) ? 0 : version,
    sequenceNumber: (property(meta, 'sequenceNumber') as string | undefined) ?? '',
    isReread,
  };
}

/** No epoch before an earlier one; nothing older of a key after something newer of it; no scanned image of an item after its delete. */
function orderViolations(shown: readonly Shown[]): Violation[] {
  const streamed = new Map<string, Shown>();
  const violations: Violation[] = [];
  let epoch = '';
  for (const [index, next] of shown.entries()) {
    if (next.epoch < epoch) violations.push(`epoch ${next.epoch} came after ${epoch}`);
    epoch = next.epoch;
    // Read again and not found, an item goes with the image that its window knew; what came before is settled by that.
    if (next.isReread && next.isSnapshot && goesBeforeDelete(shown, index)) continue;
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
    // Several windows may name a key, and each has it read again.
    if (each.isReread || goesBeforeDelete(shown, index)) return;
    const identity = each.isSnapshot ? 'scan' : `${each.op} ${each.sequenceNumber}`;
    const name = `${each.epoch} ${each.key} ${identity}`;
    if (seen.has(name)) violations.push(`committed twice: ${name}`);
    seen.add(name);
  });
  return violations;
}

function goesBeforeDelete(shown: readonly Shown[], index: number): boolean {
  const [each, next] = [shown[index], shown[index + 1]];
  return each?.isSnapshot === true && next?.op === 'd' && next.key === each.key;
}

/** Every write since the last backfill or repair began is there. */
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
