/** The ways in which documents cannot be reduced. */

/** What went wrong: the document or the schema, never the machine. */
export type ReductionErrorKind =
  | 'append-wrong-type'
  | 'merge-wrong-type'
  | 'set-wrong-type'
  | 'sum-wrong-type'
  | 'sum-overflow'
  /** A partial reduction whose outcome depends on documents further left; both documents are to be kept. */
  | 'not-associative'
  /** Two unequal `reduce` annotations apply at one location. */
  | 'conflicting-strategies'
  /** The document does not validate against the schema. */
  | 'document-invalid'
  /** The schema is malformed, or a `reduce` annotation is not one of Flow's. */
  | 'schema-invalid'
  /** A strategy of Flow that this reducer does not have (`jsonSchemaMerge`). */
  | 'strategy-unsupported';

/** A reduction that is not possible, with the place in the document (or the schema) as a JSON pointer. */
export class ReductionError extends Error {
  override readonly name = 'ReductionError';
  readonly kind: ReductionErrorKind;
  /** Empty for the root. */
  readonly location: string;

  constructor(kind: ReductionErrorKind, location: string, message: string) {
    super(`Cannot reduce at "${location}": ${message}`);
    this.kind = kind;
    this.location = location;
  }
}

/** True for an error that says a partial reduction has to wait for documents further left. */
export function isNotAssociative(error: unknown): boolean {
  return error instanceof ReductionError && error.kind === 'not-associative';
}
