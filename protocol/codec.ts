/** How messages travel: one interface, two codecs. */

import { jsonLines } from './json-lines.ts';
import { ProtocolError } from './protocol-error.ts';
import type { Request } from './requests.ts';
import type { Response } from './responses.ts';

/** How a document becomes a frame of the output: `head`, the document's JSON, `tail`, then `seal`. */
export interface DocumentFraming {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /**
   * Fills in what depends on the frame's length, and returns where the frame ends then. It lies in `bytes` from `start`
   * to `end`, and eight bytes behind it may be used. Throws a `ProtocolError` when it is larger than Flow takes.
   */
  seal(bytes: Uint8Array, start: number, end: number): number;
}

export interface Codec {
  /**
   * Requests, one after the other, from pieces of any size. Ends with the input. Pieces are kept until the
   * message they belong to is complete, so they must not be changed.
   * Throws a `ProtocolError` when a message is not a capture request.
   */
  requests(input: AsyncIterable<Uint8Array>): AsyncGenerator<Request>;
  /**
   * One response as it goes on the wire, with its end (newline) or length.
   * Throws a `ProtocolError` when it is larger than Flow takes.
   */
  encode(response: Response): Uint8Array;
  /** Frames of `captured` documents of the binding with this index in `open`. */
  documentFraming(binding: number): DocumentFraming;
}

/**
 * The codec that `FLOW_RUNTIME_CODEC` asks for: JSON lines for `json` and when it is not set or empty, protobuf frames
 * for `proto`. Rejects with a `ProtocolError` for any other value.
 */
export async function codecNamed(name: string | undefined): Promise<Codec> {
  switch (name) {
    case undefined:
    case '': // As shells unset it.
    case 'json':
      return jsonLines;
    case 'proto':
      return (await import('./protobuf-frames.ts')).protobufFrames;
    default:
      throw new ProtocolError(`FLOW_RUNTIME_CODEC is "${name}"; it must be "json" or "proto"`);
  }
}
