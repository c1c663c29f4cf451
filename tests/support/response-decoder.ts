/** Reads the connector's output as strictly as Flow's runtime does, byte by byte if need be. */

import type { Response } from '../../protocol/responses.ts';
import { fieldsOf, isMessage } from './flow-messages.ts';
import { decodeProtobuf, defaultOf } from './protobuf.ts';

type Bodies = { readonly [R in Response as R['kind']]: Omit<R, 'kind'> };

/** A response by its kind; the JSON of a document is left as it came. */
export type DecodedResponse =
  | { readonly captured: { readonly binding: number; readonly doc: string } }
  | { [Kind in keyof Bodies]: { readonly [K in Kind]: Bodies[K] } }[keyof Bodies];

export interface ResponseDecoder {
  /** The responses that these bytes complete. Throws when one is not a response. */
  push(bytes: Uint8Array): DecodedResponse[];
  /** Throws when the output has ended inside a response. */
  end(): void;
}

export function createResponseDecoder(codec: 'json' | 'proto'): ResponseDecoder {
  const split = codec === 'json' ? splitLine : splitFrame;
  const decode = codec === 'json' ? decodeLine : decodeFrame;
  let pieces: Uint8Array[] = [];
  return {
    push(bytes) {
      if (bytes.length === 0) return [];
      pieces.push(bytes);
      // Joining costs; a line that has not ended cannot be complete.
      if (codec === 'json' && !bytes.includes(0x0a)) return [];
      let rest = Buffer.concat(pieces);
      const responses: DecodedResponse[] = [];
      for (let next = split(rest); next !== undefined; next = split(rest)) {
        responses.push(decode(next.message));
        rest = rest.subarray(next.end);
      }
      pieces = rest.length > 0 ? [rest] : [];
      return responses;
    },
    end() {
      if (pieces.length > 0) {
        throw new Error('connector wrote a partial message and then closed its output');
      }
    },
  };
}

interface Split {
  readonly message: Buffer;
  /** Where the next message begins. */
  readonly end: number;
}

function splitLine(bytes: Buffer): Split | undefined {
  const at = bytes.indexOf(0x0a);
  return at < 0 ? undefined : { message: bytes.subarray(0, at), end: at + 1 };
}

function splitFrame(bytes: Buffer): Split | undefined {
  if (bytes.length < 4) return undefined;
  const end = 4 + bytes.readUInt32LE();
  return bytes.length < end ? undefined : { message: bytes.subarray(4, end), end };
}

function decodeFrame(frame: Buffer): DecodedResponse {
  return oneKind(decodeProtobuf('Response', frame));
}

const capturedLine = /^\{"captured":\{(?:"binding":(\d+),)?"doc":/;

function decodeLine(line: Buffer): DecodedResponse {
  const text = line.toString();
  const [head, binding = '0'] = capturedLine.exec(text) ?? [];
  if (head !== undefined && text.endsWith('}}')) {
    return { captured: { binding: Number(binding), doc: text.slice(head.length, -2) } };
  }
  return oneKind(withDefaults('Response', JSON.parse(text) as object));
}

/** The JSON form with its defaults. Throws on members that the message does not have, as Flow's parser does. */
function withDefaults(message: string, json: object): Record<string, unknown> {
  const fields = fieldsOf(message);
  const read = Object.entries(json).map(([name, value]: [string, unknown]) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`Message ${message} has no field "${name}"`);
    if (!isMessage(field.type)) return [name, value];
    const one = (element: unknown) => withDefaults(field.type, element as object);
    return [name, field.isRepeated ? (value as unknown[]).map(one) : one(value)];
  });
  return Object.fromEntries([...fields.flatMap(defaultOf), ...read]) as Record<string, unknown>;
}

function oneKind(response: object): DecodedResponse {
  const kinds = Object.keys(response);
  if (kinds.length !== 1) throw new Error(`Response has the kinds ${JSON.stringify(kinds)}`);
  return response as DecodedResponse;
}
