/** The rows that a standard materialization of a collection holds, transaction after transaction. */
import type { Collection } from './collection.ts';
import { Combiner, type Drained } from './combiner.ts';
import type { JsonValue } from './json.ts';

/** What a connector does with a document that Flow tells it to store. */
export type StoreAction = 'insert' | 'update' | 'delete-row' | 'skip';

/**
 * With hard deletes a deleted document removes its row, or is ignored where there is none. Otherwise it is
 * written like any other (go/materialize/lifecycle.go of github.com/estuary/connectors).
 */
export function storeAction(
  drained: Pick<Drained, 'exists' | 'deleted'>,
  hardDelete: boolean,
): StoreAction {
  if (drained.deleted && hardDelete) return drained.exists ? 'delete-row' : 'skip';
  return drained.exists ? 'update' : 'insert';
}

/** A table in memory. After each transaction it is what an endpoint would hold. */
export class Materialization {
  readonly #collection: Collection;
  readonly #hardDelete: boolean;
  readonly #rows = new Map<string, JsonValue>();

  constructor(collection: Collection, options: { readonly hardDelete: boolean }) {
    this.#collection = collection;
    this.#hardDelete = options.hardDelete;
  }

  /**
   * Stores the documents of one transaction, in the order of the collection.
   * @throws ReductionError and then no row has changed.
   */
  store(transaction: Iterable<JsonValue>): void {
    const combiner = new Combiner(this.#collection, { isFull: true });
    const loaded = new Set<string>();
    for (const document of transaction) {
      const packedKey = this.#collection.packKey(document);
      const row = this.#rows.get(packedKey);
      if (row !== undefined && !loaded.has(packedKey)) combiner.add(row, true, packedKey);
      loaded.add(packedKey);
      combiner.add(document, false, packedKey);
    }
    for (const drained of combiner.drain()) this.#write(drained);
  }

  /** The rows by their packed keys (see `Collection.packKey`), in no particular order. */
  rows(): ReadonlyMap<string, JsonValue> {
    return this.#rows;
  }

  #write(drained: Drained): void {
    const { packedKey, document } = drained;
    switch (storeAction(drained, this.#hardDelete)) {
      case 'insert':
      case 'update':
        this.#rows.set(packedKey, document);
        break;
      case 'delete-row':
        this.#rows.delete(packedKey);
        break;
      case 'skip':
        break;
    }
  }
}
