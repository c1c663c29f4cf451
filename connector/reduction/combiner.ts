/** Folds the documents of many keys, as Flow does in the transactions of captures and materializations. */
import type { Collection } from './collection.ts';
import type { JsonValue } from './json.ts';
import type { Reduced } from './neighbours.ts';
import { isNotAssociative } from './reduction-error.ts';

/** A document as it leaves the combiner. */
export interface Drained {
  /** See `Collection.packKey`. */
  readonly packedKey: string;
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

interface Combined {
  document: JsonValue;
  readonly blocksNext: boolean;
  readonly index: number;
}

/** The documents of one key that came from one side, oldest first. */
interface Run {
  /** Compacted already. */
  sorted: Entry[];
  queued: Entry[];
}

interface Group {
  readonly packedKey: string;
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
   * Adds a document; `isLoaded` for a row as the endpoint holds it, which goes before all others of its key. A
   * caller that has packed the document's key already can hand it over.
   * @throws ReductionError
   */
  add(document: JsonValue, isLoaded = false, packedKey = this.#collection.packKey(document)): void {
    const group = this.#groupOf(document, packedKey);
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

  #groupOf(document: JsonValue, packedKey: string): Group {
    const known = this.#groups.get(packedKey);
    if (known !== undefined) return known;
    const key = this.#collection.keyOf(document);
    const emptyRun = () => ({ sorted: [], queued: [] });
    const group = { packedKey, key, loaded: emptyRun(), stored: emptyRun() };
    this.#groups.set(packedKey, group);
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

  #drainGroup({ packedKey, loaded, stored }: Group): Drained[] {
    const entries = [...loaded.sorted, ...stored.sorted];
    const existing = loaded.sorted.length;
    const drained = this.#isFull
      ? [{ ...this.#fold(entries), exists: existing > 0 }]
      : this.#combineRest(entries).map(({ document, index }) => {
          this.#collection.reducer.assertValid(document);
          return { document, deleted: false, exists: index < existing };
        });
    return drained.map((each) => ({ packedKey, ...each }));
  }

  #fold(entries: readonly Entry[]): Reduced {
    const { reducer } = this.#collection;
    const [first, ...others] = entries;
    let reduced: Reduced = { document: first?.document ?? null, deleted: false };
    // The last reduction alone decides whether the document is deleted; a lone document never is.
    for (const { document } of others) reduced = reducer.reduce(reduced.document, document, true);
    // A right side that came out as it went in has just been validated.
    if (reduced.document !== others.at(-1)?.document) reducer.assertValid(reduced.document);
    return reduced;
  }

  /** The first entry as it is, then the others, folded wherever that is possible; each with its first index. */
  #combineRest(entries: readonly Entry[]): Combined[] {
    const combined: Combined[] = [];
    for (const [index, { document, blocksNext }] of entries.entries()) {
      const last = combined.at(-1);
      const isApart = index < 2 || last === undefined || last.blocksNext;
      const both = isApart ? undefined : this.#tryReduce(last.document, document);
      if (last === undefined || both === undefined) combined.push({ document, blocksNext, index });
      else last.document = both;
    }
    return combined;
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
