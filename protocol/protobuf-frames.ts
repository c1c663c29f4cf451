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

/** Four bytes hold lengths below 2^28, four times the largest response. */
const paddedVarintBytes = 4;

/**
 * Frames whose head does not grow with the document: the two lengths inside are varints padded to four bytes.
 * Protobuf has no shortest form; readers take the zeros. https://protobuf.dev/programming-guides/encoding/#varints
 */
function documentFraming(binding: number): DocumentFraming {
  const padding = new Array<number>(paddedVarintBytes).fill(0);
  const capturedLengthAt = lengthBytes + 1;
  const head = Uint8Array.from([
    ...new Array<number>(lengthBytes).fill(0),
    ...[capturedTag, ...padding],
    ...[bindingTag, ...varint(binding)],
    ...[docTag, ...padding],
  ]);
  const seal = (bytes: Uint8Array, start: number, end: number) => {
    const messageLength = end - start - lengthBytes;
    checkResponseSize(messageLength);
    writeUint32(bytes, start, messageLength);
    const capturedStart = start + capturedLengthAt + paddedVarintBytes;
    writePaddedVarint(bytes, start + capturedLengthAt, end - capturedStart);
    const documentStart = start + head.length;
    writePaddedVarint(bytes, documentStart - paddedVarintBytes, end - documentStart);
  };
  return { head, tail: new Uint8Array(0), seal };
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

// Byte by byte, because a view made for each document would cost more than all of it.
function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function writePaddedVarint(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value & 0x7f) | 0x80;
  bytes[at + 1] = ((value >>> 7) & 0x7f) | 0x80;
  bytes[at + 2] = ((value >>> 14) & 0x7f) | 0x80;
  bytes[at + 3] = (value >>> 21) & 0x7f;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
