/** A configuration checked against its JSON Schema, and what is wrong with it in the user's words. */

import { Ajv2020 as Ajv, type ErrorObject } from 'ajv/dist/2020.js';
import { isObject, type JsonObject } from '../json.ts';
import { likelyMeant } from '../misspelling.ts';
import type { TextRules } from './text-rules.ts';

/** A JSON Schema as far as names of properties go. */
export interface ObjectSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, ObjectSchema>>;
  readonly oneOf?: readonly ObjectSchema[];
  readonly additionalProperties?: boolean;
  readonly const?: unknown;
  readonly discriminator?: { readonly propertyName: string };
}

export interface ConfigProblem {
  /** Names of properties joined by dots; empty for the whole. */
  readonly path: string;
  readonly sentence: string;
}

/** Every problem of a value; `place` says where the value stands. */
export type SchemaCheck = (value: unknown, place: string) => ConfigProblem[];

/** Compiles a schema, which takes a few milliseconds. */
export function compileCheck(schema: ObjectSchema, rules: TextRules): SchemaCheck {
  // A test compiles the schemas strictly and against their meta-schema; a start need not.
  const ajv = new Ajv({
    allErrors: true,
    code: { optimize: false }, // It runs once or twice.
    discriminator: true,
    meta: false,
    strict: false,
    validateSchema: false,
    verbose: true,
  });
  const validate = ajv.compile(schema);
  return (value, place) => {
    validate(value);
    const unknown = unknownProperties(schema, value, '');
    const meant = new Set(unknown.map(({ suggestion }) => suggestion));
    return [
      ...(validate.errors ?? [])
        .filter((error) => error.keyword !== 'additionalProperties') // those are in `unknown`
        .map((error) => problemOf(error, place))
        .filter(({ path }) => !meant.has(path)),
      ...brokenRules(schema, rules, value, place),
      ...unknown.map(({ path, suggestion }) => {
        const question = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
        return { path, sentence: `Unknown property "${path}" in ${place}${question}` };
      }),
    ];
  };
}

function brokenRules(
  schema: ObjectSchema,
  rules: TextRules,
  value: unknown,
  place: string,
): ConfigProblem[] {
  return Object.entries(rules).flatMap(([path, rule]) => {
    const text = textAt(path.split('.'), schema, value);
    const complaint = text === undefined ? undefined : rule(text);
    return complaint === undefined
      ? []
      : [{ path, sentence: `Property "${path}" in ${place} ${complaint}` }];
  });
}

/** The text at a path, if the schema knows it; what a form left behind of another variant does not count. */
function textAt(path: readonly string[], schema: ObjectSchema, value: unknown): string | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return typeof value === 'string' ? value : undefined;
  const next = isObject(value) ? propertiesOf(schema, value)[name] : undefined;
  return next && isObject(value) ? textAt(rest, next, value[name]) : undefined;
}

interface UnknownProperty {
  readonly path: string;
  readonly suggestion: string | undefined;
}

/** Properties that are not allowed, and those that are, but look like a misspelling of one that is missing. */
function unknownProperties(schema: ObjectSchema, value: unknown, path: string): UnknownProperty[] {
  if (!isObject(value)) return [];
  const known = propertiesOf(schema, value);
  const missing = Object.keys(known).filter((name) => !Object.hasOwn(value, name));
  // An option of a section may have been put beside the section.
  const nested = Object.entries(known).flatMap(([section, { properties = {} }]) =>
    Object.keys(properties).map((name) => `${section}.${name}`),
  );
  const candidates = [...missing, ...nested].map((name) => path + name);
  return Object.keys(value).flatMap((name) => {
    const property = Object.hasOwn(known, name) ? known[name] : undefined;
    if (property !== undefined) return unknownProperties(property, value[name], `${path}${name}.`);
    const suggestion = likelyMeant(name, candidates);
    const isAllowed = schema.additionalProperties !== false && suggestion === undefined;
    return isAllowed ? [] : [{ path: path + name, suggestion }];
  });
}

function propertiesOf(
  schema: ObjectSchema,
  value: JsonObject,
): Readonly<Record<string, ObjectSchema>> {
  const { oneOf = [], discriminator, properties = {} } = schema;
  if (discriminator === undefined) return properties;
  const { propertyName } = discriminator;
  const branch = oneOf.find(
    (each) => each.properties?.[propertyName]?.const === value[propertyName],
  );
  return branch?.properties ?? properties;
}

function problemOf(error: ErrorObject, place: string): ConfigProblem {
  const params = error.params as Readonly<Record<string, unknown>>;
  const parts = error.instancePath.split('/').slice(1);
  const missing = missingNameOf(error);
  if (missing !== undefined) {
    const path = [...parts, missing].join('.');
    const choices = error.keyword === 'discriminator' ? `; it must be ${tagsOf(error)}` : '';
    return { path, sentence: `Missing property "${path}" in ${place}${choices}` };
  }
  if (error.keyword === 'discriminator') parts.push(String(params['tag']));
  const path = parts.join('.');
  const subject = path === '' ? capitalised(place) : `Property "${path}" in ${place}`;
  return { path, sentence: `${subject} ${demandOf(error)}` };
}

/** The name of the property whose absence is the error, if that is what it is. */
function missingNameOf({ params }: ErrorObject): string | undefined {
  const { missingProperty, tag, tagValue } = params as Readonly<Record<string, unknown>>;
  const name = missingProperty ?? (tagValue === undefined ? tag : undefined);
  return typeof name === 'string' ? name : undefined;
}

/** The values of the property that tells the variants of an object apart. */
function tagsOf({ params, parentSchema }: ErrorObject): string {
  const { tag } = params as { readonly tag: string };
  const { oneOf = [] } = (parentSchema ?? {}) as ObjectSchema;
  return listChoices(oneOf.map((variant) => variant.properties?.[tag]?.const));
}

/** What the schema demands and the value is not. Secret properties have no rule that would show their value. */
function demandOf(error: ErrorObject): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case 'type':
      return `must be ${typeNames.get(params['type']) ?? 'of another type'}, not ${kindOf(error.data)}`;
    case 'minimum':
      return `must be at least ${String(params['limit'])}, not ${shown(error.data)}`;
    case 'maximum':
      return `must be at most ${String(params['limit'])}, not ${shown(error.data)}`;
    case 'enum':
      return `must be ${listChoices(params['allowedValues'] as unknown[])}, not ${shown(error.data)}`;
    case 'discriminator':
      return `must be ${tagsOf(error)}, not ${shown(params['tagValue'])}`;
    default:
      return error.message ?? 'is not valid';
  }
}

const typeNames = new Map<unknown, string>([
  ['boolean', 'true or false'],
  ['integer', 'a whole number'],
  ['object', 'an object'],
  ['string', 'a string'],
]);

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : String(value);
  return typeNames.get(typeof value) ?? typeof value;
}

function listChoices(choices: readonly unknown[]): string {
  return choices.map(shown).join(' or ');
}

function shown(value: unknown): string {
  return JSON.stringify(value);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
