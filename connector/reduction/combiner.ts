/** Folds the documents of many keys, as Flow does in the transactions of captures and materializations. */
import type { Collection } from './collection.ts';
import type { JsonValue } from './json.ts';
import { isNotAssociative } from './reduction-error.ts';

/** A document as it leaves the combiner. */
export interface Drained {
  readonly document: JsonValue;
  /** A loaded row took part. */
  readonly exists: boolean;
  /** The last full reduction of the key was a deletion. */
  readonly deleted: boolean;
}

interface Entry {
  readonly document: JsonValue;
  /** A partial reduction of the next entry into this one was tried, and has to wait. */
  readonly blocksNext: boolean;
}

/** The documents of one key that came from one side, oldest first. */
interface Run {
  /** Compacted already. */
  sorted: Entry[];
  queued: Entry[];
}

interface Group {
  readonly key: readonly JsonValue[];
  readonly loaded: Run;
  readonly stored: Run;
}

// Flow compacts when this many documents wait, or as many as are compacted already (doc/src/combine/memtable.rs).
const queuedBeforeCompaction = 32;

/**
 * One transaction of one collection.
 *
 * Problem: reductions must go from left to right, but the left-most document of a key may be a loaded row that
 * arrives last, and folding small documents into a large one, one by one, is slow. Rule: documents 2..N of a key
 * are combined with each other by partial reductions, and the first is left alone until the end. Why it holds:
 * partial reductions are associative, or else say so, and then both documents are kept. The same grouping as
 * Flow's is kept here, since it shows wherever a schema's reductions are not associative after all.
 */
export class Combiner {
  readonly #collection: Collection;
  readonly #isFull: boolean;
  readonly #groups = new Map<string, Group>();
  #queuedCount = 0;
  #sortedCount = 0;

  /** `isFull` for standard materializations; not for captures and delta updates. */
  constructor(collection: Collection, options: { readonly isFull: boolean }) {
    this.#collection = collection;
    this.#isFull = options.isFull;
  }

  /**
   * Adds a document; `isLoaded` for a row as the endpoint holds it, which goes before all others of its key.
   * @throws ReductionError
   */
  add(document: JsonValue, isLoaded = false): void {
    const group = this.#groupOf(document);
    const run = isLoaded ? group.loaded : group.stored;
    run.queued.push({ document, blocksNext: false });
    this.#queuedCount += 1;
    if (this.#queuedCount >= Math.max(queuedBeforeCompaction, this.#sortedCount)) this.compact();
  }

  /** Combines what was added since the last compaction. */
  compact(): void {
    this.#sortedCount = 0;
    for (const { loaded, stored } of this.#groups.values()) {
      for (const run of [loaded, stored]) {
        if (run.queued.length > 0) this.#compactRun(run);
        this.#sortedCount += run.sorted.length;
      }
    }
    this.#queuedCount = 0;
  }

  /**
   * The combined documents in key order, one of each key when full. Otherwise the first document of each key comes
   * as it is, before the combination of the others. The combiner is empty afterwards.
   * @throws ReductionError also when a combined document is not valid.
   */
  drain(): Drained[] {
    this.compact();
    const groups = [...this.#groups.values()];
    groups.sort((one, other) => this.#collection.compareKeys(one.key, other.key));
    this.#groups.clear();
    this.#sortedCount = 0;
    return groups.flatMap((group) => this.#drainGroup(group));
  }

  #groupOf(document: JsonValue): Group {
    const packed = this.#collection.packKey(document);
    const known = this.#groups.get(packed);
    if (known !== undefined) return known;
    const key = this.#collection.keyOf(document);
    const emptyRun = () => ({ sorted: [], queued: [] });
    const group = { key, loaded: emptyRun(), stored: emptyRun() };
    this.#groups.set(packed, group);
    return group;
  }

  // The first queued entry is held back too, until the smaller ones behind it are folded into it.
  #compactRun(run: Run): void {
    const entries = run.sorted;
    const held = entries.length;
    for (const entry of run.queued) {
      const index = entries.length;
      entries.push(entry);
      if (index > held && index > 1) this.#combineInto(entries, index - 1);
    }
    if (held > 1) this.#combineInto(entries, held - 1);
    run.queued = [];
  }

  /** Folds the entry after `index` into the one there, or notes that they have to stay apart. */
  #combineInto(entries: Entry[], index: number): void {
    const left = entries[index];
    const right = entries[index + 1];
    if (left === undefined || right === undefined) return;
    const document = this.#tryReduce(left.document, right.document);
    if (document === undefined) entries[index] = { ...left, blocksNext: true };
    else entries.splice(index, 2, { ...left, document });
  }

  #tryReduce(lhs: JsonValue, rhs: JsonValue): JsonValue | undefined {
    try {
      return this.#collection.reducer.reduce(lhs, rhs, false).document;
    } catch (error) {
      if (isNotAssociative(error)) return undefined;
      throw error;
    }
  }

  #drainGroup({ loaded, stored }: Group): Drained[] {
    const entries = [...loaded.sorted, ...stored.sorted];
    const existing = loaded.sorted.length;
    return this.#isFull
      ? [this.#fold(entries, existing > 0)]
      : this.#drainPartial(entries, existing);
  }

  #fold(entries: readonly Entry[], exists: boolean): Drained {
    const [first, ...others] = entries;
    let reduced = { document: first?.document ?? null, deleted: false };
    // The last reduction alone decides whether the document is deleted; a lone document never is.
    for (const { document } of others) {
      reduced = this.#collection.reducer.reduce(reduced.document, document, true);
    }
    return this.#checked({ ...reduced, exists });
  }

  #drainPartial(entries: readonly Entry[], existing: number): Drained[] {
    const drained: Drained[] = [];
    let last: Entry | undefined;
    for (const [index, entry] of entries.entries()) {
      const previous = drained.at(-1);
      const isApart = index < 2 || last === undefined || last.blocksNext;
      const document =
        isApart || previous === undefined
          ? undefined
          : this.#tryReduce(previous.document, entry.document);
      if (document === undefined || previous === undefined) {
        drained.push({ document: entry.document, exists: index < existing, deleted: false });
        last = entry;
      } else {
        drained[drained.length - 1] = { ...previous, document };
      }
    }
    return drained.map((each) => this.#checked(each));
  }

  #checked(drained: Drained): Drained {
    this.#collection.reducer.assertValid(drained.document);
    return drained;
  }
}

/**
 * What becomes of documents that are written in one transaction without any row being loaded, in key order: what a
 * capture publishes of the documents it was given, and what a delta-updates materialization sees of a collection.
 * @throws ReductionError
 */
export function combineDocuments(
  collection: Collection,
  documents: Iterable<JsonValue>,
): JsonValue[] {
  const combiner = new Combiner(collection, { isFull: false });
  for (const document of documents) combiner.add(document);
  return combiner.drain().map(({ document }) => document);
}
