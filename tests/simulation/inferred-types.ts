/** What Flow infers of the columns of captured documents, and what they must come to. */

import { property, stringifyJson } from '../../connector/reduction/json.ts';
import type { JsonObject } from '../../connector/reduction/reduction.ts';
import { openPlaces, Shape, type SourcedSchema } from '../support/flow-inference.ts';

/** What may be inferred of attributes whose types are known: a text is none, and numbers are of one kind. */
const columns: Readonly<Record<string, readonly string[]>> = {
  zip: ['', 'string'],
  amount: [
    ...['', 'integer', 'number', 'string (integer)', 'string (number)'],
    ...['integer|string (integer)', 'number|string (number)'],
  ],
};

/** The shape of each table's collection. */
export class InferredTypes {
  readonly #shapes: readonly Shape[];
  #sourcedSchemas: [table: number, schema: SourcedSchema][] = [];

  constructor(tableCount: number) {
    this.#shapes = Array.from({ length: tableCount }, () => new Shape());
  }

  /** A new process begins: what was said and not covered never was. */
  begin(): void {
    this.#sourcedSchemas = [];
  }

  /** The connector says what it knows of a table's types; in force with the next checkpoint. */
  source(table: number, schema: SourcedSchema): void {
    this.#sourcedSchemas.push([table, schema]);
  }

  /**
   * Flow takes what was said of types with the checkpoint, and widens its shape by the documents. Returns what is wrong
   * with what was said.
   */
  checkpoint(covered: readonly { readonly binding: number; readonly document: JsonObject }[]) {
    const violations: string[] = [];
    for (const [table, schema] of this.#sourcedSchemas.splice(0)) {
      const open = openPlaces(schema);
      if (open.length > 0) violations.push(`types: a sourced schema is open: ${open.join()}`);
      else this.#shapes[table]!.union(schema);
    }
    for (const { binding, document } of covered) {
      const types = Object.keys(columns).flatMap((name) => {
        const value = property(document, name);
        return value === undefined ? [] : [`${JSON.stringify(name)}:${stringifyJson(value)}`];
      });
      this.#shapes[binding]!.widen(`{${types.join()}}`);
    }
    return violations;
  }

  /** Columns that Flow would make something else of than DynamoDB has. */
  violations(): string[] {
    return this.#shapes.flatMap((shape, table) =>
      Object.entries(columns).flatMap(([name, allowed]) => {
        const got = shape.at(name).toString();
        return allowed.includes(got) ? [] : [`types: ${name} of table ${table} is ${got}`];
      }),
    );
  }
}
