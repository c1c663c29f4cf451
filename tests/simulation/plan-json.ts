/** Plans as text, so that a history can be kept and played again. */

import type { Plan } from './plan.ts';

/** JSON has no infinity, and listings that never come need one. */
const infinity = 'Infinity';

/** One line of JSON. */
export function writePlan(plan: Plan): string {
  return JSON.stringify(plan, (_name, value: unknown) => (value === Infinity ? infinity : value));
}

/** Throws where the text is no plan: a typing error there would play another history. */
export function parsePlan(text: string): Plan {
  const plan = JSON.parse(text, (_name, value: unknown) =>
    value === infinity ? Infinity : value,
  ) as Partial<Plan>;
  const { tables, events, crashAfterBytes } = plan;
  if (![tables, events, crashAfterBytes].every(Array.isArray) || typeof plan.seed !== 'number') {
    throw new Error('This is not a plan: it has no seed, tables, events or crashAfterBytes');
  }
  return plan as Plan;
}
