/** Objects and arrays seen alike: as lists of named values that can be joined in order. */
import { isArray, isObject, setProperty, type JsonValue } from './json.ts';
import { compareText } from './order.ts';

/** A property with its name, or an item with its index. */
export interface Member {
  readonly name: string | number;
  readonly value: JsonValue;
}

/** At least one side is there; both when they are equal in the order of the join. */
export type Pair = readonly [lhs: Member | undefined, rhs: Member | undefined];

/** The items of an array in their order, or the properties of an object by name; none of other values. */
export function membersOf(value: JsonValue | undefined): Member[] {
  if (isArray(value)) return value.map((item, index) => ({ name: index, value: item }));
  if (!isObject(value)) return [];
  return Object.entries(value)
    .map(([name, property]) => ({ name, value: property }))
    .sort((one, other) => compareText(one.name, other.name));
}

/** Builds an object of named members. */
export function objectOf(members: readonly Member[]): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const { name, value } of members) setProperty(object, String(name), value);
  return object;
}

/** Joins two lists that are sorted by `compare`, in that order. Equal members of one side pair up one by one. */
export function joinSorted(
  lhs: readonly Member[],
  rhs: readonly Member[],
  compare: (lhs: Member, rhs: Member) => number,
): Pair[] {
  const pairs: Pair[] = [];
  let left = 0;
  let right = 0;
  while (left < lhs.length || right < rhs.length) {
    const one = lhs[left];
    const other = rhs[right];
    const order =
      one === undefined || other === undefined
        ? Number(one === undefined) * 2 - 1
        : compare(one, other);
    pairs.push([order <= 0 ? one : undefined, order >= 0 ? other : undefined]);
    if (order <= 0) left += 1;
    if (order >= 0) right += 1;
  }
  return pairs;
}
