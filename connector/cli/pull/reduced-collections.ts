/** What a standard materialization with hard deletes would hold of each collection, in memory. */

import { ConnectorError, errorCodes, messageOf, nameOf } from '../../errors.ts';
import {
  Collection,
  Materialization,
  parseJson,
  stringifyJson,
  type JsonValue,
} from '../../reduction/reduction.ts';
import type { CapturedDocument } from './session-output.ts';

/** JSON of all rows together; as values in memory they take several times as much, which Node's heap still holds. */
const reducedBytesMax = 256 * 1024 * 1024;

export interface ReducedCollection {
  readonly name: string;
  /** JSON pointers. */
  readonly key: readonly string[];
  readonly schema: unknown;
}

interface Entry {
  readonly name: string;
  readonly collection: Collection;
  readonly rows: Materialization;
  /** Bytes of the row under a packed key. */
  readonly sizes: Map<string, number>;
}

export class ReducedCollections {
  readonly #entries: ReadonlyMap<string, Entry>;
  /** The collection's name of each binding. */
  readonly #names: readonly string[];
  readonly #bytesMax: number;
  #bytes = 0;

  /** Of each binding its collection; several may share one. Throws for a schema that cannot be reduced by. */
  constructor(collections: readonly ReducedCollection[], bytesMax = reducedBytesMax) {
    this.#names = collections.map(({ name }) => name);
    this.#entries = new Map(collections.map((each) => [each.name, entryOf(each)]));
    this.#bytesMax = bytesMax;
  }

  /** Takes over the rows of an earlier run. */
  restore(collections: ReadonlyMap<string, readonly JsonValue[]>): void {
    for (const [name, rows] of collections) {
      const entry = this.#entries.get(name);
      // Rows of a table that is not captured now: the state file keeps them.
      if (entry !== undefined) this.#store(entry, rows);
    }
  }

  /** Reduces documents into their collections, as one transaction. Throws when there is no room for them. */
  store(documents: readonly CapturedDocument[]): void {
    const byName = new Map<string, JsonValue[]>();
    for (const { binding, json } of documents) {
      const name = this.#names[binding] ?? '';
      const values = byName.get(name) ?? [];
      if (values.length === 0) byName.set(name, values);
      values.push(parseJson(json));
    }
    for (const [name, values] of byName) {
      const entry = this.#entries.get(name);
      if (entry !== undefined) this.#store(entry, values);
    }
  }

  /** The rows of each collection, in the order of its key. */
  rows(): Map<string, JsonValue[]> {
    const sorted = [...this.#entries.values()].map(({ name, collection, rows }) => {
      const keyed = [...rows.rows().values()].map((row) => ({ key: collection.keyOf(row), row }));
      keyed.sort((a, b) => collection.compareKeys(a.key, b.key));
      return [name, keyed.map(({ row }) => row)] as const;
    });
    return new Map(sorted);
  }

  get rowCount(): number {
    return [...this.#entries.values()].reduce((sum, { rows }) => sum + rows.rows().size, 0);
  }

  #store(entry: Entry, documents: readonly JsonValue[]): void {
    const { name, collection, rows, sizes } = entry;
    try {
      rows.store(documents);
    } catch (error) {
      if (nameOf(error) !== 'ReductionError') throw error;
      throw notReducible(name, error);
    }
    for (const key of new Set(documents.map((document) => collection.packKey(document)))) {
      const row = rows.rows().get(key);
      const size = row === undefined ? 0 : stringifyJson(row).length;
      this.#bytes += size - (sizes.get(key) ?? 0);
      if (row === undefined) sizes.delete(key);
      else sizes.set(key, size);
    }
    if (this.#bytes <= this.#bytesMax) return;
    throw new ConnectorError(
      errorCodes.collectionTooLarge,
      `Cannot hold the collections in memory: they are larger than ${this.#bytesMax / 2 ** 20} MiB`,
      { hint: 'Pull without --reduce, or fewer tables, or fewer documents with --limit.' },
    );
  }
}

function entryOf({ name, key, schema }: ReducedCollection): Entry {
  try {
    const collection = new Collection({ schema: schema as Readonly<Record<string, unknown>>, key });
    const rows = new Materialization(collection, { hardDelete: true });
    return { name, collection, rows, sizes: new Map() };
  } catch (error) {
    if (nameOf(error) !== 'ReductionError') throw error;
    throw notReducible(name, error);
  }
}

function notReducible(name: string, error: unknown): ConnectorError {
  return new ConnectorError(
    errorCodes.flowFileInvalid,
    `Cannot reduce collection "${name}" by its schema: ${messageOf(error)}`,
    { hint: 'Run: source-dynamodb discover --write', cause: error },
  );
}
