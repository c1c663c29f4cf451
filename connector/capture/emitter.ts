/** The only writer: documents, and the checkpoint that covers them. */

import type { ByteSink } from '../host.ts';
import type { JsonObject } from '../json.ts';

/** Pieces up to this size are copied together: one write costs as much as copying some 100 KB. */
const joinedBytesMax = 64 * 1024;

/** Documents and the patch that covers exactly these. */
export interface Batch {
  /** Frames of `captured` documents; must not change until `emit` resolves. */
  readonly frames: readonly Uint8Array[];
  /** A merge patch of the whole state. */
  readonly patch: JsonObject;
}

/**
 * Writes batches, one after the other and each as a whole.
 *
 * Problem. A checkpoint covers every document before it on the output, whoever wrote it. If documents of one
 * reader got between another's documents and their checkpoint, they would be committed without their progress,
 * and captured again after a restart.
 *
 * Rule. A batch takes its place in the output as soon as `emit` is called, before it first waits, with its
 * documents and its checkpoint in one piece. Nobody else writes.
 *
 * Why it holds. The sink keeps the order of the calls, and the runtime commits documents only with the checkpoint
 * after them. A process killed in the middle of a batch has emitted none of it.
 */
export class Emitter {
  readonly #output: ByteSink;
  readonly #encodeCheckpoint: (patch: JsonObject) => Uint8Array;

  constructor(output: ByteSink, encodeCheckpoint: (patch: JsonObject) => Uint8Array) {
    this.#output = output;
    this.#encodeCheckpoint = encodeCheckpoint;
  }

  /** Takes the batch's place in the output at once; resolves when the reader of the output has room again. */
  emit({ frames, patch }: Batch): Promise<void> {
    const pieces = [...frames, this.#encodeCheckpoint(patch)];
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return this.#output.write(size <= joinedBytesMax ? [Buffer.concat(pieces, size)] : pieces);
  }
}
