/** What has been committed to one collection: documents by key, in the order of their commits. */

/** The part of a document that Flow's users can rely on. */
export interface DocumentMeta {
  readonly op: 'c' | 'u' | 'd';
  readonly snapshot: boolean;
  readonly epoch: string;
  readonly eventId?: string;
}

export interface ParsedDocument {
  /** The key as one text: equal texts, equal keys. */
  readonly key: string;
  readonly meta: DocumentMeta;
  /** Numbers beyond 2^53 have lost digits; names and key values are exact. */
  readonly json: Readonly<Record<string, unknown>>;
}

export class CapturedCollection {
  /** How many documents were committed. */
  documentCount = 0;
  /** Epochs of repairs, which read a key once for each window that names it. */
  readonly repairEpochs = new Set<string>();
  readonly #keyPaths: readonly (readonly string[])[];
  // Bytes outside the heap: hundreds of thousands of documents as strings would cost it twice as much.
  readonly #documents = new Map<string, Buffer | Buffer[]>();

  /** `key`: the collection's key, as JSON pointers. */
  constructor(key: readonly string[]) {
    this.#keyPaths = key.map(pathOf);
  }

  /** Keys that have at least one document. */
  get keyCount(): number {
    return this.#documents.size;
  }

  add(text: string): ParsedDocument {
    const json = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const key = keyText(this.#keyPaths.map((path) => valueAt(json, path)));
    const bytes = Buffer.from(text);
    const before = this.#documents.get(key);
    if (before === undefined) this.#documents.set(key, bytes);
    else if (Array.isArray(before)) before.push(bytes);
    else this.#documents.set(key, [before, bytes]);
    this.documentCount += 1;
    return { key, meta: json['_meta'] as DocumentMeta, json };
  }

  /** The documents of a key, oldest first, as JSON. */
  documentsOf(key: string): string[] {
    const found = this.#documents.get(key) ?? [];
    return (Array.isArray(found) ? found : [found]).map((bytes) => bytes.toString());
  }

  keys(): IterableIterator<string> {
    return this.#documents.keys();
  }
}

/** Values of a document's key as one text. */
export function keyText(values: readonly unknown[]): string {
  return JSON.stringify(values);
}

/** Documents that were committed although they had been before. */
export function countDuplicates(
  documents: readonly DocumentMeta[],
  repairEpochs: ReadonlySet<string> = new Set(),
): number {
  const seen = new Set<string>();
  let duplicates = 0;
  documents.forEach(({ snapshot, epoch, eventId }, at) => {
    // A scan meets a key once in an epoch. The image that goes before a delete is part of that delete, which
    // counts itself.
    if (snapshot && documents[at + 1]?.op === 'd') return;
    if (repairEpochs.has(epoch) && eventId === undefined) return;
    const identity = snapshot ? `snapshot ${epoch}` : `record ${eventId ?? ''}`;
    if (seen.has(identity)) duplicates += 1;
    seen.add(identity);
  });
  return duplicates;
}

function pathOf(pointer: string): string[] {
  const tokens = pointer.split('/').slice(1);
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function valueAt(json: unknown, path: readonly string[]): unknown {
  // A value whose own property it is: `__proto__` may be an attribute's name.
  return path.reduce((value, name) => Object.getOwnPropertyDescriptor(value, name)?.value, json);
}
