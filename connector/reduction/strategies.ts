/** What each strategy makes of two values of one location. */
import type { Location } from './annotations.ts';
import {
  isArray,
  isObject,
  property,
  setProperty,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from './json.ts';
import { joinSorted, membersOf, type Member } from './members.ts';
import { compareKeys, compareValues, type Pointer } from './order.ts';
import type { Reduced, Reduction } from './neighbours.ts';
import { ReductionError, type ReductionErrorKind } from './reduction-error.ts';
import { reduceSets } from './set.ts';
import type { Strategy } from './strategy.ts';
import { sum } from './sum.ts';

type Of<Name extends Strategy['strategy']> = Extract<Strategy, { strategy: Name }>;

const messages = {
  'append-wrong-type': '"append" expects arrays',
  'merge-wrong-type': '"merge" expects objects or arrays',
  'not-associative':
    'the outcome depends on earlier documents, which a partial reduction does not know',
  'sum-wrong-type': '"sum" expects numbers',
  'sum-overflow': '"sum" leaves the range of 64-bit numbers',
} as const satisfies Partial<Record<ReductionErrorKind, string>>;

/**
 * Reduces the values of one location by the strategy that applies there.
 * @throws ReductionError
 */
export function reduceLocation(reduction: Reduction): Reduced {
  const { lhs, rhs, at } = reduction;
  const { strategy } = at;
  switch (strategy.strategy) {
    case 'lastWriteWins':
      return lastWriteWins(reduction, strategy);
    case 'firstWriteWins':
      return kept(lhs === undefined ? rhs : lhs);
    case 'minimize':
    case 'maximize':
      return keepBest(reduction, strategy);
    case 'merge':
      return merge(reduction, strategy.key, strategy.delete);
    case 'append':
      return kept(append(reduction));
    case 'sum': {
      const total = sum(lhs === undefined ? 0 : lhs, rhs);
      if ('error' in total) throw errorAt(at, total.error);
      return kept(total.value);
    }
    case 'set':
      return kept(reduceSets(reduction, strategy.key, reduceLocation));
  }
}

function lastWriteWins({ at, lhs, rhs, full }: Reduction, strategy: Of<'lastWriteWins'>): Reduced {
  if (!strategy.associative && !full && lhs !== undefined && compareValues(lhs, rhs) !== 0) {
    throw errorAt(at, 'not-associative');
  }
  return { document: rhs, deleted: full && strategy.delete };
}

function append({ at, lhs, rhs }: Reduction): JsonValue {
  if (!isArray(rhs)) throw errorAt(at, 'append-wrong-type');
  if (lhs === undefined) return rhs;
  if (lhs === null) return null;
  if (!isArray(lhs)) throw errorAt(at, 'append-wrong-type');
  return [...lhs, ...rhs];
}

/** A better right side replaces the left one whole; sides of equal keys are merged, so keys should be unique. */
function keepBest(reduction: Reduction, strategy: Of<'minimize' | 'maximize'>): Reduced {
  const { lhs, rhs } = reduction;
  const { key } = strategy;
  const better = strategy.strategy === 'minimize' ? -1 : 1;
  const order = lhs === undefined ? -better : compareSides(key, lhs, rhs) * better;
  if (order > 0 && lhs !== undefined) return kept(lhs);
  if (key.length === 0) return kept(rhs);
  return merge(order < 0 ? { ...reduction, lhs: undefined } : reduction, [], false);
}

function compareSides(key: readonly Pointer[], lhs: JsonValue, rhs: JsonValue): number {
  return key.length === 0 ? compareValues(lhs, rhs) : compareKeys(key, lhs, rhs);
}

function merge(reduction: Reduction, key: readonly Pointer[], isDeletion: boolean): Reduced {
  const { at, rhs, full } = reduction;
  if (!isArray(rhs) && !isObject(rhs)) throw errorAt(at, 'merge-wrong-type');
  const lhs = mergeableLhs(reduction);
  let document: JsonValue = rhs;
  if (lhs !== undefined || at.hasAnnotationsBelow) {
    document = isArray(rhs)
      ? mergeArrays(reduction, isArray(lhs) ? lhs : [], key)
      : mergeObjects(reduction, isObject(lhs) ? lhs : {});
  }
  return { document, deleted: full && isDeletion };
}

/** A left side of another type counts as none, but only where nothing further left could change that. */
function mergeableLhs({ at, lhs, rhs, full }: Reduction): JsonValue | undefined {
  if (lhs === undefined) return undefined;
  if (isArray(rhs) ? isArray(lhs) : isObject(lhs)) return lhs;
  if (full) return undefined;
  throw errorAt(at, 'not-associative');
}

function mergeObjects({ at, rhs, full }: Reduction, lhs: JsonObject): JsonValue {
  const merged: Record<string, JsonValue> = {};
  const right = rhs as JsonObject;
  for (const [name, value] of Object.entries(lhs)) {
    const member = reduceMember(at, name, value, property(right, name), full);
    if (member !== undefined) setProperty(merged, name, member);
  }
  for (const [name, value] of Object.entries(right)) {
    if (Object.hasOwn(lhs, name)) continue;
    const member = reduceMember(at, name, undefined, value, full);
    if (member !== undefined) setProperty(merged, name, member);
  }
  return merged;
}

/** With a key, both sides must be sorted by it and unique in it; without one, items meet by their index. */
function mergeArrays(
  { at, rhs, full }: Reduction,
  lhs: JsonArray,
  key: readonly Pointer[],
): JsonValue {
  const order =
    key.length === 0
      ? (left: Member, right: Member) => Number(left.name) - Number(right.name)
      : (left: Member, right: Member) => compareKeys(key, left.value, right.value);
  return joinSorted(membersOf(lhs), membersOf(rhs), order)
    .map(([left, right]) => reduceMember(at, right?.name ?? 0, left?.value, right?.value, full))
    .filter((item) => item !== undefined);
}

/** A member of the merged value, or undefined when it is deleted. What only the left side has stays as it is. */
function reduceMember(
  at: Location,
  name: string | number,
  lhs: JsonValue | undefined,
  rhs: JsonValue | undefined,
  full: boolean,
): JsonValue | undefined {
  if (rhs === undefined) return lhs;
  const { document, deleted } = reduceLocation({ at: at.child(name), lhs, rhs, full });
  return deleted ? undefined : document;
}

function kept(document: JsonValue): Reduced {
  return { document, deleted: false };
}

function errorAt(at: Location, kind: keyof typeof messages): ReductionError {
  return new ReductionError(kind, at.pointer, messages[kind]);
}
