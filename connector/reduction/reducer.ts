/** Reduces two documents of a key as Flow does. */
import { Location } from './annotations.ts';
import { withDoublesOnly, type JsonValue } from './json.ts';
import { ReductionError } from './reduction-error.ts';
import { compileSchema } from './schema-graph.ts';
import type { JsonSchema } from './schema-text.ts';
import type { Reduced } from './neighbours.ts';
import { reduceLocation } from './strategies.ts';

export { ReductionError, type ReductionErrorKind } from './reduction-error.ts';
export type { JsonSchema } from './schema-text.ts';

/** The reductions of one schema. Holds no documents. */
export interface Reducer {
  /**
   * Reduces a document into the one before it. Neither is changed; the result may share parts with both.
   *
   * Annotations are taken from `rhs` alone. `full` says that nothing is left of `lhs`: only then deletions take
   * effect, and `deleted` may be true; the document is given even so.
   * @throws ReductionError also when `rhs` is not valid.
   */
  reduce(lhs: JsonValue, rhs: JsonValue, full: boolean): Reduced;
  /** @throws ReductionError `document-invalid` when the document is not valid. */
  assertValid(document: JsonValue): void;
}

/**
 * Compiles a schema once, for any number of documents.
 * The rules are those of https://docs.estuary.dev/reference/reduction-strategies/
 * @throws ReductionError `schema-invalid`, or `strategy-unsupported` for `jsonSchemaMerge`.
 */
export function createReducer(schema: JsonSchema): Reducer {
  const { root, errorOf } = compileSchema(schema);
  const roots = [root];

  const check = (value: JsonValue) => {
    const error = errorOf(value);
    if (error === undefined) return;
    throw new ReductionError('document-invalid', error.location, `the document ${error.message}`);
  };
  return {
    assertValid: (document) => {
      check(withDoublesOnly(document));
    },
    reduce: (lhs, rhs, full) => {
      const value = withDoublesOnly(rhs);
      check(value);
      return reduceLocation({ at: new Location(roots, value), lhs, rhs, full });
    },
  };
}
