/** How messages travel: one interface, two codecs. */

import type { Request } from './requests.ts';
import type { Response } from './responses.ts';

/** How a document becomes a frame of the output: `head`, the document's JSON, `tail`, then `seal`. */
export interface DocumentFraming {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** Fills in what depends on the frame's length; the frame lies in `bytes` from `start` to `end`. */
  seal(bytes: Uint8Array, start: number, end: number): void;
}

export interface Codec {
  /**
   * Requests, one after the other, from pieces of any size. Ends with the input.
   * Throws a `ProtocolError` when a message is not a capture request.
   */
  requests(input: AsyncIterable<Uint8Array>): AsyncGenerator<Request>;
  /** One response as it goes on the wire, with its end (newline) or length. */
  encode(response: Response): Uint8Array;
  /** Frames of `captured` documents of the binding with this index in `open`. */
  documentFraming(binding: number): DocumentFraming;
}
