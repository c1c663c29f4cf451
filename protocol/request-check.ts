/** Checks requests against their schema, and fills in what was left out. Loaded with the first one that needs it. */

import { Ajv, type ValidateFunction } from 'ajv';
import { ProtocolError } from './protocol-error.ts';
import schema from './requests.schema.json' with { type: 'json' };
import type { RequestMessage } from './requests.types.ts';

// A test compiles the schema with its meta-schema; leaving that out saves 20 ms of each start. Code that runs a
// few times need not be the shortest, which saves 5 ms more.
const ajv = new Ajv({
  code: { optimize: false },
  meta: false,
  validateSchema: false,
  removeAdditional: 'all',
  useDefaults: true,
});

ajv.addKeyword({
  keyword: 'protobufMessage',
  schemaType: 'boolean',
  // It has no type of its own, so that ajv runs it before filling in defaults.
  validate: (_: boolean, data: unknown, parent?: object) => takeProtobufForms(data, parent),
  modifying: true,
  errors: false,
});

type Kind = keyof RequestMessage;
type Check = ValidateFunction<RequestMessage>;
const checks = new Map<Kind, Check>();

/**
 * The request itself, which is of this kind, checked and completed. Throws a `ProtocolError` that names the first
 * member at fault.
 */
export function checkRequest(kind: Kind, json: unknown): RequestMessage {
  const isRequest = checks.get(kind) ?? compileFor(kind);
  checks.set(kind, isRequest);
  if (isRequest(json)) return json;
  const [error] = isRequest.errors ?? [];
  const path = error?.instancePath ?? '';
  throw new ProtocolError(`Request member "${path}" ${error?.message ?? 'is not valid'}`);
}

/** Checks one kind only: a process gets one request besides `spec`, and each kind takes 5 ms to compile. */
function compileFor(kind: Kind): Check {
  return ajv.compile({ ...schema, properties: { [kind]: schema.properties[kind] } });
}

/**
 * The liberties of protobuf's JSON: null stands for absent, and a field may bear its original name.
 * https://protobuf.dev/programming-guides/json/
 */
function takeProtobufForms(data: unknown, schema: object | undefined): boolean {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return true;
  const properties: unknown = Reflect.get(schema ?? {}, 'properties') ?? {};
  for (const [name, value] of Object.entries(data) as [string, unknown][]) {
    const jsonName = jsonNameOf(name);
    if (value === null) Reflect.deleteProperty(data, name);
    else if (jsonName !== name && Object.hasOwn(properties as object, jsonName)) {
      Reflect.set(data, jsonName, value);
    }
  }
  return true;
}

// Fields that carry JSON are declared with a JSON name that lacks their suffix.
function jsonNameOf(fieldName: string): string {
  return fieldName
    .replace(/_json$/, '')
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
