/** What people and forms hand over, tidied before it is checked: blanks, empty fields, letter case of names. */

import { isObject } from '../json.ts';
import type { ObjectSchema } from './schema-check.ts';

export interface TidyOptions {
  /** Members at the root that are none of ours. */
  readonly ignored?: readonly string[];
  /** True to take away blanks around texts, which come along when a key is copied. */
  readonly trims: boolean;
}

/**
 * A configuration as its schema knows it. Members that are null or empty are left out: a form leaves them behind
 * for fields that nobody filled in. Names may be in any letter case, as Go's JSON takes them, unless the right one
 * is there too.
 */
export function tidied(json: unknown, schema: ObjectSchema, options: TidyOptions): unknown {
  if (typeof json === 'string') return options.trims ? json.trim() : json;
  if (!isObject(json)) return json;
  const { ignored = [], ...inner } = options;
  const known = knownProperties(schema);
  const members = Object.entries(json);
  const given = new Set(members.flatMap(([name, value]) => (value === null ? [] : [name])));
  const entries = members.flatMap(([name, value]) => {
    if (ignored.includes(name)) return [];
    const inCase = known.has(name) ? name : inKnownCase(name, known, given);
    const tidy = tidied(value, known.get(inCase) ?? {}, inner);
    return tidy === null || tidy === '' ? [] : [[inCase, tidy] as const];
  });
  return Object.fromEntries(entries);
}

function knownProperties({ properties = {}, oneOf = [] }: ObjectSchema) {
  const schemas = [properties, ...oneOf.map((variant) => variant.properties ?? {})];
  return new Map(schemas.flatMap((each) => Object.entries(each)));
}

function inKnownCase(
  name: string,
  known: ReadonlyMap<string, ObjectSchema>,
  given: ReadonlySet<string>,
): string {
  const lower = name.toLowerCase();
  return [...known.keys()].find((each) => each.toLowerCase() === lower && !given.has(each)) ?? name;
}
