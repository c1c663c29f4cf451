/** The `set` strategy: documents that add members to a set, remove some, or keep only some. */
import { isArray, isObject, setProperty, type JsonValue } from './json.ts';
import { joinSorted, membersOf, objectOf, type Member, type Pair } from './members.ts';
import { compareKeys, compareText, escapeToken, type Pointer } from './order.ts';
import { ReductionError } from './reduction-error.ts';
import type { Reduced, Reduction } from './neighbours.ts';

const termNames = ['add', 'intersect', 'remove'] as const;
type TermName = (typeof termNames)[number];

/** One side of the reduction: its terms as members, and whether they are arrays; unknown when it has none. */
interface Side {
  readonly terms: { readonly [Name in TermName]?: readonly Member[] };
  readonly areArrays: boolean | undefined;
}

/** The reducer of one location, handed in because strategies and sets need each other. */
type ReduceLocation = (reduction: Reduction) => Reduced;

/**
 * Reduces two sets. `add` becomes the left additions without what the right side takes away, joined with the
 * right additions. The other terms are for sets further left: a partial reduction combines them, a full one,
 * which has none further left, drops them.
 * @throws ReductionError `set-wrong-type` unless both sides are objects of add, intersect and remove, all arrays or
 * all objects, and neither has both intersect and remove.
 */
export function reduceSets(
  reduction: Reduction,
  key: readonly Pointer[],
  reduce: ReduceLocation,
): JsonValue {
  const left = sideOf(reduction.lhs === undefined ? {} : reduction.lhs, reduction);
  const right = sideOf(reduction.rhs, reduction);
  const areArrays = left.areArrays ?? right.areArrays ?? true;
  if ((right.areArrays ?? areArrays) !== areArrays) {
    throw wrongType(reduction, '', 'arrays and objects are mixed');
  }
  const compare = areArrays
    ? (one: Member, other: Member) => compareKeys(key, one.value, other.value)
    : (one: Member, other: Member) => compareText(String(one.name), String(other.name));
  const terms = new SetTerms(reduction, compare, reduce).reduce(left.terms, right.terms);

  const reduced: Record<string, JsonValue> = {};
  for (const name of termNames) {
    const members = terms[name];
    if (members === undefined) continue;
    setProperty(reduced, name, areArrays ? members.map(({ value }) => value) : objectOf(members));
  }
  return reduced;
}

/** Set algebra on sorted members. A term that neither side has stays absent. */
class SetTerms {
  readonly #reduction: Reduction;
  readonly #compare: (one: Member, other: Member) => number;
  readonly #reduce: ReduceLocation;

  constructor(
    reduction: Reduction,
    compare: (one: Member, other: Member) => number,
    reduce: ReduceLocation,
  ) {
    this.#reduction = reduction;
    this.#compare = compare;
    this.#reduce = reduce;
  }

  reduce(left: Side['terms'], right: Side['terms']): Side['terms'] {
    const remaining =
      right.intersect === undefined
        ? this.#subtract(left.add, right.remove)
        : this.#restrict(left.add, right.intersect);
    const add = this.#unite('add', remaining, right.add);
    return { ...(add && { add }), ...(this.#reduction.full ? {} : this.#rest(left, right)) };
  }

  #rest(left: Side['terms'], right: Side['terms']): Side['terms'] {
    if (left.intersect !== undefined && right.intersect !== undefined) {
      return { intersect: this.#common('intersect', left.intersect, right.intersect) };
    }
    if (left.intersect !== undefined) {
      return { intersect: this.#subtract(left.intersect, right.remove) ?? [] };
    }
    if (right.intersect !== undefined) {
      return { intersect: this.#subtract(right.intersect, left.remove) ?? [] };
    }
    const remove = this.#unite('remove', left.remove, right.remove);
    return remove === undefined ? {} : { remove };
  }

  #subtract(from: readonly Member[] | undefined, members: readonly Member[] | undefined) {
    return (
      from && this.#join(from, members).flatMap(([one, other]) => (one && !other ? [one] : []))
    );
  }

  #restrict(from: readonly Member[] | undefined, members: readonly Member[]) {
    return from && this.#join(from, members).flatMap(([one, other]) => (one && other ? [one] : []));
  }

  #common(term: TermName, left: readonly Member[], right: readonly Member[]): Member[] {
    const pairs = this.#join(left, right);
    return pairs.flatMap(([one, other]) => (one && other ? [this.#both(term, one, other)] : []));
  }

  #unite(
    term: TermName,
    left: readonly Member[] | undefined,
    right: readonly Member[] | undefined,
  ): Member[] | undefined {
    if (left === undefined && right === undefined) return undefined;
    return this.#join(left ?? [], right).flatMap(([one, other]) => {
      if (one && other) return [this.#both(term, one, other)];
      return one ?? other ?? [];
    });
  }

  /** A member of both sides is reduced by its own strategy, whose deletion has no effect in a set. */
  #both(term: TermName, lhs: Member, rhs: Member): Member {
    const { at, full } = this.#reduction;
    const location = at.child(term).child(rhs.name);
    const reduced = this.#reduce({ at: location, lhs: lhs.value, rhs: rhs.value, full });
    return { name: lhs.name, value: reduced.document };
  }

  #join(left: readonly Member[], right: readonly Member[] | undefined): Pair[] {
    return joinSorted(left, right ?? [], this.#compare);
  }
}

function sideOf(value: JsonValue, reduction: Reduction): Side {
  if (!isObject(value)) throw wrongType(reduction, '', 'an object is expected');
  const terms: { [Name in TermName]?: readonly Member[] } = {};
  let areArrays: boolean | undefined;
  for (const [name, term] of Object.entries(value)) {
    const termName = termNames.find((known) => known === name);
    if (termName === undefined || !(isArray(term) || isObject(term))) {
      throw wrongType(
        reduction,
        `/${escapeToken(name)}`,
        'only add, intersect and remove are expected',
      );
    }
    if ((areArrays ??= isArray(term)) !== isArray(term)) {
      throw wrongType(reduction, '', 'arrays and objects are mixed');
    }
    terms[termName] = membersOf(term);
  }
  if (terms.intersect !== undefined && terms.remove !== undefined) {
    throw wrongType(reduction, '', 'intersect and remove exclude each other');
  }
  return { terms, areArrays };
}

function wrongType({ at }: Reduction, below: string, message: string): ReductionError {
  return new ReductionError('set-wrong-type', at.pointer + below, `"set": ${message}`);
}
