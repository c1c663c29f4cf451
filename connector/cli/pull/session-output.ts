/** What a connector's session writes, as batches: documents, and the checkpoint that covers them. */

import { assert } from '../../errors.ts';
import { isObject, type JsonObject } from '../../json.ts';
import { mergePatch } from '../../merge-patch.ts';

export interface CapturedDocument {
  /** Index of the binding. */
  readonly binding: number;
  /** Its JSON, as the connector wrote it. */
  readonly json: Uint8Array;
}

/** Documents that belong to one checkpoint. */
export interface CapturedBatch {
  readonly documents: readonly CapturedDocument[];
  /** The state that covers these documents and all before them. */
  readonly state: JsonObject;
  /** What the connector said of the documents' types; in force from here on. */
  readonly sourcedSchemas: readonly SourcedSchema[];
}

export interface SourcedSchema {
  /** Index of the binding. */
  readonly binding: number;
  readonly documentSchema: unknown;
}

/** A response other than a document or a checkpoint, by its kind. */
export type Answer = Readonly<Record<string, unknown>>;

const newline = 0x0a;
const documentHead = Buffer.from('{"captured":{"binding":');
const documentMiddle = Buffer.from(',"doc":');
/** Behind a document: the ends of two objects. */
const documentTailBytes = 2;

/** Reads JSON lines, in the codec's own spelling; a batch ends with its checkpoint. */
export class SessionOutput {
  readonly #onAnswer: (answer: Answer) => void;
  #state: JsonObject;
  #documents: CapturedDocument[] = [];
  #sourcedSchemas: SourcedSchema[] = [];

  constructor(state: JsonObject, onAnswer: (answer: Answer) => void) {
    this.#state = state;
    this.#onAnswer = onAnswer;
  }

  /** The batches in some whole lines. Their documents are parts of these bytes. */
  read(lines: Buffer): CapturedBatch[] {
    const batches: CapturedBatch[] = [];
    for (let start = 0; start < lines.length;) {
      const end = lines.indexOf(newline, start);
      assert(end >= 0, 'the session writes whole lines');
      const batch = this.#readLine(lines.subarray(start, end));
      if (batch !== undefined) batches.push(batch);
      start = end + 1;
    }
    return batches;
  }

  #readLine(line: Buffer): CapturedBatch | undefined {
    if (line.subarray(0, documentHead.length).equals(documentHead)) {
      this.#documents.push(documentOf(line));
      return undefined;
    }
    const answer = JSON.parse(line.toString()) as Answer;
    const { checkpoint, sourcedSchema } = answer as {
      checkpoint?: { state: { updated: unknown } };
      sourcedSchema?: SourcedSchema;
    };
    if (sourcedSchema !== undefined) {
      const open = openPlaces(sourcedSchema.documentSchema);
      assert(open.length === 0, `a sourced schema is closed: ${open.join(', ')}`);
      this.#sourcedSchemas.push(sourcedSchema);
      return undefined;
    }
    if (checkpoint === undefined) {
      this.#onAnswer(answer);
      return undefined;
    }
    const merged = mergePatch(this.#state, checkpoint.state.updated);
    this.#state = isObject(merged) ? merged : {};
    const batch = {
      documents: this.#documents,
      state: this.#state,
      sourcedSchemas: this.#sourcedSchemas,
    };
    this.#documents = [];
    this.#sourcedSchemas = [];
    return batch;
  }
}

/** Places of a schema that state no type or let in more than they name, as JSON pointers: Flow fails a task for them. */
export function openPlaces(schema: unknown, place = ''): string[] {
  const { type, properties, additionalProperties } = Object(schema) as {
    readonly type?: unknown;
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly additionalProperties?: unknown;
  };
  const members = Object.entries(properties ?? {});
  return [
    ...(type === undefined ? [`"${place}" has no type`] : []),
    ...(members.length === 0 || additionalProperties === false
      ? []
      : [`"${place}" allows additional properties`]),
    ...members.flatMap(([name, member]) => openPlaces(member, `${place}/${name}`)),
  ];
}

function documentOf(line: Buffer): CapturedDocument {
  const at = line.indexOf(documentMiddle, documentHead.length);
  assert(at >= 0, 'a captured line has a document');
  return {
    binding: Number(line.toString('latin1', documentHead.length, at)),
    json: line.subarray(at + documentMiddle.length, line.length - documentTailBytes),
  };
}
