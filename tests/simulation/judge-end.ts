/** Whether a history ended as it may: an end must have a reason, and a loss its words. */

import type { Violation } from './judge.ts';
import { isLong, type Plan } from './plan.ts';
import type { SimulatedFlow } from './simulated-flow.ts';

/** A shard may lose records after this time: a stream keeps them for a day, and a process takes time to begin. */
const lossMsMin = 20 * 3_600_000;
const dayMs = 24 * 3_600_000;

/** `end`: `complete`, or the code of the connector's error; `message`: what it said. */
export function judgeEnd(
  plan: Plan,
  flow: SimulatedFlow,
  end: string,
  message: string,
): Violation[] {
  const { lossy, rebound, hopeless } = disturbed(plan);
  const all = [...flow.epochsCommitted];
  const epochs = all.map((name) => name.split(' ')[0] ?? '');
  const again = new Set(epochs.filter((name, index) => epochs.indexOf(name) < index));
  const violations = [...again]
    .filter((name) => !lossy.includes(name) && !rebound.includes(name))
    .map((name) => `end: ${name} was backfilled again though nothing was lost`);
  const mayBackfill = plan.onDataLoss === 'repair-or-backfill' ? hopeless : [];
  const isRepairing = plan.onDataLoss.startsWith('repair');
  if (isRepairing) {
    const healed = epochs.filter((_, index) => flow.repairEpochs.has(all[index] ?? ''));
    const wrong = [...again].filter(
      (name) => count(epochs, name) - count(healed, name) > 1 && !mayBackfill.includes(name),
    );
    violations.push(...wrong.map((name) => `end: ${name} was backfilled again, not repaired`));
  }
  if (end === 'complete') return violations;
  if (end !== 'data-loss') return [...violations, `end: it ended with ${end}`];
  if (isRepairing && (hopeless.length === 0 || plan.onDataLoss === 'repair-or-backfill')) {
    return [...violations, `end: it reported a loss that can be healed: ${message}`];
  }
  if (lossy.length === 0) return [...violations, 'end: it reported a loss though nothing was lost'];
  const isNamed = lossy.some((name) => message.includes(`"${name}"`));
  return isNamed ? violations : [...violations, `end: no table is named: ${message}`];
}

const count = (names: readonly string[], name: string) =>
  names.filter((each) => each === name).length;

/** Tables that lose records, those of them that cannot be healed, and those whose bindings come and go. */
function disturbed({ events, tables, recovery }: Plan) {
  const namesOf = (isHit: (table: number) => boolean) =>
    tables.flatMap(({ name }, table) => (isHit(table) ? [name] : []));
  const lossy = events.flatMap((event) =>
    event.kind === 'loss' ? namesOf((table) => isLong(event.how) || table === event.table) : [],
  );
  for (const event of events) {
    if (!('ms' in event) || event.ms < lossMsMin) continue;
    if (event.kind === 'down' || event.kind === 'stall') lossy.push(...namesOf(() => true));
    if (event.kind === 'throttle' || event.kind === 'starve') {
      lossy.push(...namesOf((table) => table === event.table));
    }
  }
  // All of them: an export of one gap that nobody came to read may be asked for again after the next.
  const goneMs = events.reduce((sum, event) => sum + ('ms' in event ? event.ms : 0), 0);
  const isTooLong = goneMs > (recovery?.days ?? 0) * dayMs - lossMsMin;
  const hopeless = lossy.filter(
    (name) =>
      isTooLong ||
      events.some(
        (event) =>
          (event.kind === 'recovery' || (event.kind === 'loss' && event.how === 'new-table')) &&
          tables[event.table]?.name === name,
      ),
  );
  const rebound = events.flatMap((event) =>
    event.kind === 'rebind' ? namesOf((table) => table === event.table) : [],
  );
  return { lossy, rebound, hopeless };
}
