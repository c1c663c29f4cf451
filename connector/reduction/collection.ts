/** A collection as combiners need it: how its documents are reduced, and which of them share a key. */
import { stringifyJson, type JsonValue } from './json.ts';
import { compareValues, parsePointer, valueAt, type Pointer } from './order.ts';
import { createReducer, ReductionError, type JsonSchema, type Reducer } from './reducer.ts';

/** What a `flow.yaml` says of a collection. */
export interface CollectionSpec {
  readonly schema: JsonSchema;
  /** JSON pointers. */
  readonly key: readonly string[];
  /** What stands for a key field that a document lacks; null where nothing is given. */
  readonly keyDefaults?: readonly JsonValue[];
}

/** A compiled collection. It holds no documents, so that one serves any number of combiners. */
export class Collection {
  readonly reducer: Reducer;
  readonly #key: readonly Pointer[];
  readonly #defaults: readonly JsonValue[];

  /** @throws ReductionError when the schema or a key pointer is malformed. */
  constructor({ schema, key, keyDefaults = [] }: CollectionSpec) {
    this.reducer = createReducer(schema);
    this.#key = key.map((text) => {
      const pointer = parsePointer(text);
      if (pointer !== undefined) return pointer;
      throw new ReductionError('schema-invalid', text, 'a key must be a JSON pointer');
    });
    this.#defaults = keyDefaults;
  }

  /** The values of a document's key, in the order of the collection's key. */
  keyOf(document: JsonValue): JsonValue[] {
    return this.#key.map((pointer, index) => {
      const value = valueAt(document, pointer);
      return value === undefined ? (this.#defaults[index] ?? null) : value;
    });
  }

  /** The key as one text, a JSON array; equal for equal keys only. */
  packKey(document: JsonValue): string {
    return `[${this.keyOf(document).map(packedValue).join(',')}]`;
  }

  /** Compares two keys in the order in which Flow puts out documents. */
  compareKeys(one: readonly JsonValue[], other: readonly JsonValue[]): number {
    return compareValues(one, other);
  }
}

// One number can be written as an integer or as a double: 1e18 and 1000000000000000000 are one key.
function packedValue(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' && Number.isInteger(value)
    ? BigInt(value).toString()
    : stringifyJson(value);
}
