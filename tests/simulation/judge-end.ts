/** Whether a history ended as it may: an end must have a reason, and a loss its words. */

import type { Violation } from './judge.ts';
import { isLong, type Plan } from './plan.ts';
import type { SimulatedFlow } from './simulated-flow.ts';

/** `end`: `complete`, or the code of the connector's error; `message`: what it said. */
export function judgeEnd(
  plan: Plan,
  flow: SimulatedFlow,
  end: string,
  message: string,
): Violation[] {
  const { lossy, rebound } = disturbed(plan);
  const epochs = [...flow.epochsCommitted].map((name) => name.split(' ')[0] ?? '');
  const again = new Set(epochs.filter((name, index) => epochs.indexOf(name) < index));
  const violations = [...again]
    .filter((name) => !lossy.includes(name) && !rebound.includes(name))
    .map((name) => `end: ${name} was backfilled again though nothing was lost`);
  if (end === 'complete') return violations;
  if (end !== 'data-loss') return [...violations, `end: it ended with ${end}`];
  if (lossy.length === 0) return [...violations, 'end: it reported a loss though nothing was lost'];
  const isNamed = lossy.some((name) => message.includes(`"${name}"`));
  return isNamed ? violations : [...violations, `end: no table is named: ${message}`];
}

/** Tables that lose records, and tables whose bindings come and go. */
function disturbed({ events, tables }: Plan) {
  const namesOf = (isHit: (table: number) => boolean) =>
    tables.flatMap(({ name }, table) => (isHit(table) ? [name] : []));
  const lossy = events.flatMap((event) =>
    event.kind === 'loss' ? namesOf((table) => isLong(event.how) || table === event.table) : [],
  );
  const rebound = events.flatMap((event) =>
    event.kind === 'rebind' ? namesOf((table) => table === event.table) : [],
  );
  return { lossy, rebound };
}
