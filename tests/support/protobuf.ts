/** Protobuf by the book, to check the program's own against: nothing here is shared with it. */

import { fieldsOf, isMessage, type FlowField } from './flow-messages.ts';

type JsonObject = Record<string, unknown>;

/** The bytes of a message, defaults left out. Throws on members that the message does not have. */
export function encodeProtobuf(message: string, json: JsonObject): Buffer {
  const fields = fieldsOf(message);
  const parts = Object.entries(json).flatMap(([name, value]) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`Message ${message} has no field "${name}"`);
    if (field.isRepeated) return (value as unknown[]).map((one) => encodeField(field, one));
    return value === '' || value === 0 || value === false ? [] : [encodeField(field, value)];
  });
  return Buffer.concat(parts);
}

function encodeField({ number, type }: FlowField, value: unknown): Buffer {
  const tag = (wireType: number) => varint(number * 8 + wireType);
  if (type === 'uint32' || type === 'bool') return Buffer.concat([tag(0), varint(Number(value))]);
  if (type === 'fixed32') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value as number);
    return Buffer.concat([tag(5), bytes]);
  }
  const content = isMessage(type)
    ? encodeProtobuf(type, value as JsonObject)
    : Buffer.from(type === 'json' ? JSON.stringify(value) : (value as string));
  return Buffer.concat([tag(2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}

/** A message from its bytes, with its defaults. Throws on fields it does not have, and on what is no protobuf. */
export function decodeProtobuf(message: string, bytes: Buffer): JsonObject {
  const fields = fieldsOf(message);
  const json = Object.fromEntries(fields.flatMap(defaultOf));
  let at = 0;
  const readVarint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes.readUInt8(at++);
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const field = fields.find(({ number }) => number === Math.floor(tag / 8));
    if (field === undefined) throw new Error(`Message ${message} has no field ${tag >> 3}`);
    if (tag % 8 !== wireTypeOf(field)) throw new Error(`Wrong wire type at "${field.name}"`);
    let value: unknown;
    if (tag % 8 === 5) value = bytes.readUInt32LE((at += 4) - 4);
    else if (tag % 8 === 0) value = readVarint();
    else {
      const length = readVarint();
      if (at + length > bytes.length) throw new Error(`Field "${field.name}" is cut off`);
      value = decodeBytes(field, bytes.subarray(at, (at += length)));
    }
    if (field.type === 'bool') value = value === 1;
    if (field.isRepeated) (json[field.name] as unknown[]).push(value);
    else json[field.name] = value;
  }
  return json;
}

function wireTypeOf({ type }: FlowField): number {
  if (type === 'uint32' || type === 'bool') return 0;
  return type === 'fixed32' ? 5 : 2;
}

function decodeBytes({ type }: FlowField, bytes: Buffer): unknown {
  if (isMessage(type)) return decodeProtobuf(type, bytes);
  return type === 'json' ? JSON.parse(bytes.toString()) : bytes.toString();
}

/** What a field is when nothing is sent; messages and JSON are then absent. */
export function defaultOf({ name, type, isRepeated }: FlowField): [string, unknown][] {
  if (isRepeated) return [[name, []]];
  if (type === 'string') return [[name, '']];
  if (type === 'bool') return [[name, false]];
  return type === 'uint32' || type === 'fixed32' ? [[name, 0]] : [];
}
