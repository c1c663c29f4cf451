/** What an edit of a file adds. */

/** What is added at the end of a list, or of a mapping where it has a name. */
export interface Addition {
  readonly name?: string;
  readonly value: unknown;
  /** As block YAML that begins in the first column (with its `- ` or its name) and ends with a newline. */
  readonly block: string;
}
