/** URLs as messages may show them. */

/** A text with the user and password of every URL in it masked: `http://…@proxy:3128`. */
export function withoutUserinfo(text: string): string {
  // Up to the last `@` before the path: a password may hold one that nobody escaped.
  return text.replace(/([a-z][a-z\d+.-]*:|^)\/\/[^/?#\s"']*@/gi, '$1//…@');
}
