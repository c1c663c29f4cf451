/** Messages as protobuf, each after its length: Flow's codec `proto`. */

import { ByteQueue } from './byte-queue.ts';
import type { Codec, DocumentFraming } from './codec.ts';
import { requestMessage, responseMessage } from './protobuf-messages.ts';
import { decodeMessage, encodeMessage } from './protobuf-wire.ts';
import { ProtocolError } from './protocol-error.ts';
import { parseRequest, requestBytesMax, type Request } from './requests.ts';
import { checkResponseSize, type Response } from './responses.ts';

/** A frame begins with the length of its message: 32 bits, unsigned, little-endian. */
const lengthBytes = 4;

export const protobufFrames: Codec = { requests, encode, documentFraming };

async function* requests(input: AsyncIterable<Uint8Array>): AsyncGenerator<Request> {
  let number = 0;
  for await (const frame of frames(input)) {
    number += 1;
    yield await parseRequest(decodeRequest(frame, number));
  }
}

/** The messages without their lengths. */
async function* frames(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue();
  let awaited: number | undefined;
  for await (const piece of input) {
    queue.push(piece);
    for (;;) {
      awaited ??= takeLength(queue);
      if (awaited === undefined || queue.length < awaited) break;
      yield queue.take(awaited);
      awaited = undefined;
    }
  }
  if (awaited !== undefined || queue.length > 0) {
    const wanted = awaited === undefined ? 'its length' : `its ${awaited} bytes`;
    throw new ProtocolError(`Input ends inside a frame, after ${queue.length} bytes of ${wanted}`);
  }
}

/** Takes the length of the next message; absent when it has not come whole. */
function takeLength(queue: ByteQueue): number | undefined {
  if (queue.length < lengthBytes) return undefined;
  const length = viewOf(queue.take(lengthBytes)).getUint32(0, true);
  if (length <= requestBytesMax) return length;
  throw new ProtocolError(
    `Request frame of ${length} bytes is over the limit of ${requestBytesMax} bytes; is the input JSON?`,
  );
}

function decodeRequest(frame: Uint8Array, number: number): unknown {
  try {
    return decodeMessage(requestMessage, frame);
  } catch (error) {
    const reason = error instanceof ProtocolError ? error.message : 'not a protobuf message';
    throw new ProtocolError(`Request frame ${number} is not valid: ${reason}`);
  }
}

function encode(response: Response): Uint8Array {
  const { kind, ...body } = response;
  const message = encodeMessage(responseMessage, { [kind]: body });
  checkResponseSize(message.length);
  const frame = new Uint8Array(lengthBytes + message.length);
  viewOf(frame).setUint32(0, message.length, true);
  frame.set(message, lengthBytes);
  return frame;
}

// Tags of the fields around a document: number and wire type 2 (length and bytes) or 0 (varint).
const capturedTag = (6 << 3) | 2;
const bindingTag = (1 << 3) | 0;
const docTag = (2 << 3) | 2;

/** Of a length as a varint, for which the head leaves room: enough for 16 KB, as most documents have. */
const usualVarintBytes = 2;

/**
 * Frames whose lengths are known last, and are varints of as few bytes as may be: the head leaves room for usual ones,
 * and other documents are moved. A binding of 0 is left out, as protobuf leaves out what is its type's default.
 * https://protobuf.dev/programming-guides/encoding/#varints
 */
function documentFraming(binding: number): DocumentFraming {
  const lengthRoom = new Array<number>(usualVarintBytes).fill(0);
  const between = [...(binding === 0 ? [] : [bindingTag, ...varint(binding)]), docTag];
  const head = Uint8Array.from([
    ...new Array<number>(lengthBytes).fill(0),
    ...[capturedTag, ...lengthRoom],
    ...[...between, ...lengthRoom],
  ]);
  const seal = (bytes: Uint8Array, start: number, end: number) => {
    const documentStart = start + head.length;
    const documentBytes = end - documentStart;
    const capturedBytes = between.length + varintBytes(documentBytes) + documentBytes;
    const messageBytes = 1 + varintBytes(capturedBytes) + capturedBytes;
    checkResponseSize(messageBytes);
    const sealedEnd = start + lengthBytes + messageBytes;
    if (sealedEnd !== end) bytes.copyWithin(sealedEnd - documentBytes, documentStart, end);
    writeUint32(bytes, start, messageBytes);
    let at = writeVarint(bytes, start + lengthBytes + 1, capturedBytes);
    for (let index = 0; index < between.length; index++) bytes[at++] = between[index] ?? 0;
    writeVarint(bytes, at, documentBytes);
    return sealedEnd;
  };
  return { head, tail: new Uint8Array(0), seal };
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** How many bytes a length takes. */
function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : 4;
}

// Byte by byte, because a view made for each document would cost more than all of it.
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Returns where the varint ends. */
function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let left = value;
  while (left >= 0x80) {
    bytes[at++] = (left & 0x7f) | 0x80;
    left >>>= 7;
  }
  bytes[at] = left;
  return at + 1;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
