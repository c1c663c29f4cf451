/** The body of a request, member by member: each has its type or is refused. */

import type { AttributeValue, Item } from './attribute-value.ts';
import { invalidRequest, ServiceError } from './service-error.ts';

export class Input {
  readonly #members: Readonly<Record<string, unknown>>;

  /** Throws a `SerializationException` when the value is not a JSON object. */
  constructor(value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ServiceError(
        'SerializationException',
        'Start of structure or map found where not expected',
      );
    }
    this.#members = value as Readonly<Record<string, unknown>>;
  }

  static parse(body: string): Input {
    try {
      return new Input(JSON.parse(body));
    } catch {
      throw new ServiceError('SerializationException', 'The request body is not a JSON object');
    }
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  /** Names of all members. */
  names(): string[] {
    return Object.keys(this.#members);
  }

  optionalText(name: string): string | undefined {
    return this.#optional(name, 'string') as string | undefined;
  }

  text(name: string): string {
    return this.optionalText(name) ?? required(name);
  }

  flag(name: string): boolean {
    return (this.#optional(name, 'boolean') as boolean | undefined) ?? false;
  }

  optionalNumber(name: string): number | undefined {
    return this.#optional(name, 'number') as number | undefined;
  }

  /** A whole number between two limits. */
  optionalCount(name: string, min: number, max: number): number | undefined {
    const count = this.optionalNumber(name);
    if (count === undefined) return undefined;
    if (Number.isInteger(count) && count >= min && count <= max) return count;
    throw invalidRequest(
      `1 validation error detected: Value '${count}' at '${lowerFirst(name)}' failed to satisfy constraint: ` +
        `Member must have value between ${min} and ${max}`,
    );
  }

  optionalInput(name: string): Input | undefined {
    const value = this.#members[name];
    return value === undefined || value === null ? undefined : new Input(value);
  }

  input(name: string): Input {
    return this.optionalInput(name) ?? required(name);
  }

  list(name: string): readonly unknown[] {
    const value = this.#members[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw wrongType(name);
    return value;
  }

  /** A map of attribute values; whether they are valid is for `settleItem` and `keyOf` to say. */
  optionalItem(name: string): Item | undefined {
    const value = this.#optional(name, 'object') as Item | undefined;
    if (value === undefined) return undefined;
    for (const attribute of Object.values(value) as unknown[]) {
      if (typeof attribute !== 'object' || attribute === null) throw wrongType(name);
    }
    return value;
  }

  item(name: string): Item {
    return this.optionalItem(name) ?? required(name);
  }

  /** One attribute value. */
  value(name: string): AttributeValue {
    return (this.#optional(name, 'object') as AttributeValue | undefined) ?? required(name);
  }

  /** Refuses members this fake would ignore, so that nobody relies on them by mistake. */
  refuse(...names: readonly string[]): void {
    for (const name of names) {
      if (this.has(name)) throw invalidRequest(`This DynamoDB is a fake, and has no ${name}`);
    }
  }

  #optional(name: string, type: string): unknown {
    const value = this.#members[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== type || Array.isArray(value)) throw wrongType(name);
    return value;
  }
}

function required(name: string): never {
  throw invalidRequest(
    `1 validation error detected: Value null at '${lowerFirst(name)}' failed to satisfy constraint: ` +
      'Member must not be null',
  );
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const wrongType = (name: string) =>
  new ServiceError('SerializationException', `Unexpected value type in payload: ${name}`);
