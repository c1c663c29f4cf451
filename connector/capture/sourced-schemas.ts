/** What Flow's inference is told of one table's documents, beside the documents themselves. */

import type { Log } from '../log.ts';
import type { JsonObject } from '../json.ts';
import type { TableState } from '../state/state.ts';
import type { KeyAttribute, Table } from '../table.ts';
import { type DeclaredLocation, Locations, locationsMax } from '../transcoder/transcoder.ts';

/** A message that says the types of some locations; it has effect with the next checkpoint. */
export type EncodeSourcedSchema = (
  binding: number,
  key: readonly KeyAttribute[],
  locations: readonly DeclaredLocation[],
) => Uint8Array;

export interface SourcedSchemasOptions {
  readonly binding: number;
  readonly table: Table;
  readonly state: TableState;
  readonly encode: EncodeSourcedSchema;
  readonly log: Log;
}

/**
 * Each message says what was learned since the last one, since Flow adds it to what it has; after a start, one says all that
 * the state remembers.
 */
export class SourcedSchemas {
  readonly locations: Locations;
  readonly #options: SourcedSchemasOptions;
  #isFullReported = false;

  constructor(options: SourcedSchemasOptions) {
    this.#options = options;
    this.locations = new Locations(options.table.key, options.state.locations());
  }

  /** What the state remembers, as a message; undefined when Flow need not be told anything. */
  remembered(): Uint8Array | undefined {
    return this.#encode(this.locations.declared());
  }

  /** What was learned of the documents since the last call: a message for Flow, if it is to know, and a patch. */
  take(): { readonly frames: readonly Uint8Array[]; readonly patch: JsonObject } | undefined {
    this.#reportFull();
    const learned = this.locations.takeLearned();
    if (learned === undefined) return undefined;
    const message = this.#encode(learned.declared);
    return {
      frames: message === undefined ? [] : [message],
      patch: this.#options.state.addLocations(learned.facts),
    };
  }

  #encode(locations: readonly DeclaredLocation[]): Uint8Array | undefined {
    const { encode, binding, table } = this.#options;
    return locations.length === 0 ? undefined : encode(binding, table.key, locations);
  }

  #reportFull(): void {
    if (!this.locations.isFull || this.#isFullReported) return;
    this.#isFullReported = true;
    const { log, table } = this.#options;
    log.info(
      'A table has more attributes than Flow is told types of; all are captured, and the others get the types of their JSON',
      { table: table.name, locationsMax },
    );
  }
}
