/**
 * Flow's schema inference as a small model: a shape that each committed document widens, and that schemas sent by a connector
 * are added to. Rules of estuary/flow, crates/doc/src/shape (widen.rs, union.rs) and crates/json/src/schema/formats.rs; what
 * makes no column (bounds of numbers, least lengths, items of lists) is left out.
 */

import { parse } from 'lossless-json';

export type JsonType = 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';
export type Format = 'integer' | 'number' | 'date-time' | 'date' | 'uuid' | 'sha256';

/** A JSON number with its digits. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

// As the parser has it: it joins the digits on both sides of the point, and a sign may come before either.
const decimal = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)|\.[+-]\d+)(?:[eE][+-]?\d+)?$/;
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const date = /^\d{4}-\d\d-\d\d$/;
const dateTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

const formatRules: readonly (readonly [Format, (text: string) => boolean])[] = [
  ['integer', (text) => decimal.test(text) && isWhole(text)],
  ['number', (text) => decimal.test(text) || /^(?:NaN|-?Infinity)$/.test(text)],
  ['date-time', (text) => dateTime.test(text) && !Number.isNaN(Date.parse(text))],
  ['date', (text) => date.test(text) && !Number.isNaN(Date.parse(text))],
  ['uuid', (text) => uuid.test(text)],
  ['sha256', (text) => /^sha256:[0-9a-f]{64}$/i.test(text)],
];

/** The format of the first string at a location. */
export function detectFormat(text: string): Format | undefined {
  return formatRules.find(([, fits]) => fits(text))?.[0];
}

/** A JSON Schema as a connector sends it. */
export interface SourcedSchema {
  readonly type?: JsonType | readonly JsonType[];
  readonly format?: Format;
  readonly maxLength?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SourcedSchema>>;
  readonly additionalProperties?: boolean;
}

export class Shape {
  readonly types = new Set<JsonType>();
  format: Format | undefined;
  /** Of strings, as a power of two; unknown once a schema that gives none was added. */
  maxLength: number | undefined;
  readonly properties = new Map<string, Shape>();
  readonly required = new Set<string>();

  /** Makes room for a document, as JSON text. */
  widen(json: string): void {
    this.#widen(parse(json, null, { parseNumber: (text) => new NumberText(text) }));
  }

  /** Adds a connector's schema. Throws, as Flow fails the task, when it is not closed. */
  union(schema: SourcedSchema): void {
    const open = openPlaces(schema);
    if (open.length > 0) throw new Error(`SourcedSchema has errors: ${open.join(', ')}`);
    this.#union(schema);
  }

  /** The shape at a location; one that holds nothing where there is none. */
  at(...path: readonly string[]): Shape {
    const [name, ...rest] = path;
    if (name === undefined) return this;
    return (this.properties.get(name) ?? new Shape()).at(...rest);
  }

  /** Types and format, as in `number|string (number)`. */
  toString(): string {
    const types = [...this.types].sort().join('|');
    return this.format === undefined ? types : `${types} (${this.format})`;
  }

  #widen(value: unknown): void {
    if (value === null) this.types.add('null');
    else if (typeof value === 'boolean') this.types.add('boolean');
    else if (value instanceof NumberText) this.#addNumber(numberType(value.text));
    else if (typeof value === 'string') this.#widenString(value);
    else if (Array.isArray(value)) this.types.add('array');
    else this.#widenObject(value as object);
  }

  #addNumber(type: 'integer' | 'number'): void {
    if (type === 'number') this.types.delete('integer');
    if (type === 'number' || !this.types.has('number')) this.types.add(type);
  }

  #widenString(text: string): void {
    const { length } = Array.from(text);
    const isFirst = !this.types.has('string');
    if (isFirst || (this.maxLength !== undefined && length > this.maxLength)) {
      this.maxLength = length === 0 ? 0 : 2 ** Math.ceil(Math.log2(length));
    }
    if (isFirst) this.format = detectFormat(text);
    else if (this.format !== undefined && !fits(this.format, text)) {
      this.format = this.format === 'integer' && fits('number', text) ? 'number' : undefined;
    }
    this.types.add('string');
  }

  #widenObject(value: object): void {
    const isFirst = !this.types.has('object');
    this.types.add('object');
    const members = new Map(Object.entries(value));
    for (const name of this.required) if (!members.has(name)) this.required.delete(name);
    for (const [name, member] of members) {
      const known = this.properties.get(name);
      const shape = known ?? new Shape();
      if (known === undefined && isFirst) this.required.add(name);
      this.properties.set(name, shape);
      shape.#widen(member);
    }
  }

  #unionStrings({ format, maxLength }: SourcedSchema): void {
    if (!this.types.has('string')) {
      this.format = format;
      this.maxLength = maxLength;
      return;
    }
    if (this.format !== format) this.format = commonFormat(this.format, format);
    this.maxLength =
      this.maxLength === undefined || maxLength === undefined
        ? undefined
        : Math.max(this.maxLength, maxLength);
  }

  #union(schema: SourcedSchema): void {
    const types = typesOf(schema);
    if (types.includes('string')) {
      this.#unionStrings(schema);
    }
    if (types.includes('object')) {
      const required = new Set(schema.required);
      const isFirst = !this.types.has('object');
      for (const name of this.required) if (!required.has(name)) this.required.delete(name);
      for (const [name, member] of Object.entries(schema.properties ?? {})) {
        const known = this.properties.get(name);
        const shape = known ?? new Shape();
        if (known === undefined && isFirst && required.has(name)) this.required.add(name);
        this.properties.set(name, shape);
        shape.#union(member);
      }
    }
    for (const type of types) {
      if (type === 'integer' || type === 'number') this.#addNumber(type);
      else this.types.add(type);
    }
  }
}

/** Where a schema lets in more than it says, as JSON pointers: Flow takes none that does. A model beside the product's own check. */
export function openPlaces(schema: SourcedSchema, place = ''): string[] {
  const here: string[] = [];
  const properties = Object.entries(schema.properties ?? {});
  if (typesOf(schema).length === 0) here.push(`${place || '/'} has no type`);
  if (properties.length > 0 && schema.additionalProperties !== false) {
    here.push(`${place || '/'} allows additional properties`);
  }
  return [
    ...here,
    ...properties.flatMap(([name, member]) => openPlaces(member, `${place}/${name}`)),
  ];
}

function typesOf({ type = [] }: SourcedSchema): JsonType[] {
  return typeof type === 'string' ? [type] : [...type];
}

/** Integers are held in 64 bits; what is beyond, and all else, is a double. */
function numberType(text: string): 'integer' | 'number' {
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text);
    if (value >= -(2n ** 63n) && value < 2n ** 64n) return 'integer';
  }
  const double = Number(text);
  const isInteger = Number.isInteger(double) && double <= 2 ** 64 && double >= -(2 ** 63);
  return isInteger ? 'integer' : 'number';
}

function fits(format: Format, text: string): boolean {
  return formatRules.find(([name]) => name === format)?.[1](text) ?? false;
}

/** The union of two shapes' formats. */
function commonFormat(one: Format | undefined, other: Format | undefined): Format | undefined {
  const numeric = ['integer', 'number'];
  return numeric.includes(one ?? '') && numeric.includes(other ?? '') ? 'number' : undefined;
}

/** True when nothing is left of a decimal behind its point. */
function isWhole(text: string): boolean {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const digits = whole + fraction;
  const zeros = digits.length - digits.replace(/0+$/, '').length;
  return /^[+-]?0*$/.test(digits) || BigInt(fraction.length) - BigInt(exponent) <= BigInt(zeros);
}
