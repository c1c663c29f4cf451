/** Moments as text. The only place that makes a `Date`; the current time always comes from the `Clock`. */

/** RFC 3339, UTC, exactly three fraction digits: texts of this form sort as the moments they name. */
export function rfc3339(ms: number): string {
  return dateOf(ms).toISOString();
}

/** Milliseconds since the epoch of an RFC 3339 text, with or without fraction and offset; NaN for anything else. */
export function parseRfc3339(text: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return NaN;
  return parseDate(text);
}

/** For signing, which wants a `Date`. */
export function dateOf(ms: number): Date {
  // eslint-disable-next-line no-restricted-globals -- converts a given moment, does not ask for the current one
  return new Date(ms);
}

/** Milliseconds since the epoch of an HTTP `Date` header; NaN when it is not one. */
export function parseDate(text: string): number {
  // eslint-disable-next-line no-restricted-globals -- as above
  return Date.parse(text);
}
