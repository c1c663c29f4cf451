/** Messages as JSON, one to a line: Flow's codec `json`. */

import { ByteQueue } from './byte-queue.ts';
import type { Codec, DocumentFraming } from './codec.ts';
import { ProtocolError } from './protocol-error.ts';
import { parseRequest, requestBytesMax, type Request } from './requests.ts';
import { checkResponseSize, type Response } from './responses.ts';

const newline = 0x0a;
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export const jsonLines: Codec = { requests, encode, documentFraming };

async function* requests(input: AsyncIterable<Uint8Array>): AsyncGenerator<Request> {
  let number = 0;
  for await (const line of lines(input)) {
    number += 1;
    const json = parseLine(line, number);
    if (json !== undefined) yield await parseRequest(json);
  }
}

/** The lines without their newlines; the last one may lack it. */
async function* lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue();
  for await (const piece of input) {
    let start = 0;
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, start)) {
      queue.push(piece.subarray(start, at));
      start = at + 1;
      yield queue.take(queue.length);
    }
    queue.push(piece.subarray(start));
    if (queue.length > requestBytesMax) {
      throw new ProtocolError(`Request line is over the limit of ${requestBytesMax} bytes`);
    }
  }
  yield queue.take(queue.length);
}

/** The line's value; absent when the line is blank. */
function parseLine(line: Uint8Array, number: number): unknown {
  try {
    const text = strictUtf8.decode(line);
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    // The error of JSON.parse is kept back, because it quotes the line.
    throw new ProtocolError(`Request line ${number} is not valid JSON: ${line.length} bytes`);
  }
}

function encode(response: Response): Uint8Array {
  const { kind, ...body } = response;
  const line = utf8.encode(`${JSON.stringify({ [kind]: body })}\n`);
  checkResponseSize(line.length);
  return line;
}

function documentFraming(binding: number): DocumentFraming {
  return {
    head: utf8.encode(`{"captured":{"binding":${binding},"doc":`),
    tail: utf8.encode('}}\n'),
    seal: (_, start, end) => {
      checkResponseSize(end - start);
      return end;
    },
  };
}
