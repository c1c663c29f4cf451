/** Values to and from protobuf bytes, by tables of fields. */

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ProtocolError } from './protocol-error.ts';

// `json` is JSON text in a string or bytes field: the same on the wire.
type FieldType = 'string' | 'json' | 'uint32' | 'fixed32' | 'bool' | MessageType;

interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: FieldType;
  readonly isRepeated: boolean;
  /** True when an absent message is read as an empty one. */
  readonly isAlwaysThere: boolean;
}

/** What a message consists of; the names are those of its JSON form. */
export type MessageType = ReadonlyMap<number, Field>;

/** A message type from its fields: name to number, type, and whether there may be many, or always is one. */
export function message(
  sketch: Readonly<Record<string, readonly [number, FieldType, ('repeated' | 'always')?]>>,
): MessageType {
  const fields = Object.entries(sketch).map(([name, [number, type, count]]) => {
    const isRepeated = count === 'repeated';
    return { name, number, type, isRepeated, isAlwaysThere: count === 'always' };
  });
  return new Map(fields.map((field) => [field.number, field]));
}

type JsonObject = Record<string, unknown>;

/**
 * The JSON form of a message. Fields that the type does not have are skipped, absent ones stay absent.
 * Throws when the bytes are not such a message; the error never quotes them.
 */
export function decodeMessage(type: MessageType, bytes: Uint8Array): JsonObject {
  const reader = new BinaryReader(bytes);
  const json: JsonObject = {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = type.get(number);
    if (field === undefined || wireTypeOf(field.type) !== wireType) {
      reader.skip(wireType, number);
      continue;
    }
    const value = readValue(field, reader);
    if (field.isRepeated) ((json[field.name] ??= []) as unknown[]).push(value);
    else json[field.name] = value;
  }
  for (const { name, isAlwaysThere } of type.values()) if (isAlwaysThere) json[name] ??= {};
  return json;
}

/** The bytes of a message from its JSON form. Values that are their type's default are left out. */
export function encodeMessage(type: MessageType, json: object): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of type.values()) {
    const value: unknown = Reflect.get(json, field.name);
    if (value === undefined) continue;
    for (const one of field.isRepeated ? (value as unknown[]) : [value]) {
      if (field.isRepeated || !isDefault(field.type, one)) writeValue(field, one, writer);
    }
  }
  return writer.finish();
}

function wireTypeOf(type: FieldType): WireType {
  if (type === 'uint32' || type === 'bool') return WireType.Varint;
  return type === 'fixed32' ? WireType.Bit32 : WireType.LengthDelimited;
}

function readValue({ name, type }: Field, reader: BinaryReader): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'json':
      return parseJson(name, reader.string());
    case 'uint32':
      return reader.uint32();
    case 'fixed32':
      return reader.fixed32();
    case 'bool':
      return reader.bool();
    default:
      return decodeMessage(type, reader.bytes());
  }
}

// Empty text is what protobuf has for a field that is not set.
function parseJson(name: string, text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtocolError(`field "${name}" is not valid JSON, of ${text.length} characters`);
  }
}

function isDefault(type: FieldType, value: unknown): boolean {
  return type !== 'json' && (value === '' || value === 0 || value === false);
}

function writeValue({ number, type }: Field, value: unknown, writer: BinaryWriter): void {
  writer.tag(number, wireTypeOf(type));
  switch (type) {
    case 'string':
      writer.string(value as string);
      break;
    case 'json':
      writer.string(JSON.stringify(value));
      break;
    case 'uint32':
      writer.uint32(value as number);
      break;
    case 'fixed32':
      writer.fixed32(value as number);
      break;
    case 'bool':
      writer.bool(value as boolean);
      break;
    default:
      writer.bytes(encodeMessage(type, value as object));
  }
}
