/** The buckets of a fake S3, and what lies in them. */

import { createHash } from 'node:crypto';

export interface StoredObject {
  readonly bytes: Buffer;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAtMs: number;
}

/** What may be done with a bucket, and whose it is; AWS's simplest answers unless told otherwise. */
export interface BucketOptions {
  readonly region?: string;
  readonly ownerId?: string;
  readonly isReadable?: boolean;
  readonly isWritable?: boolean;
  /** Who may not list is told 403 of an object that is not there. */
  readonly isListable?: boolean;
}

export class Bucket {
  readonly name: string;
  readonly region: string;
  readonly ownerId: string;
  /** Rights may be given and taken at any time. */
  isReadable: boolean;
  isWritable: boolean;
  isListable: boolean;
  readonly objects = new Map<string, StoredObject>();

  constructor(name: string, options: Required<BucketOptions>) {
    this.name = name;
    this.region = options.region;
    this.ownerId = options.ownerId;
    this.isReadable = options.isReadable;
    this.isWritable = options.isWritable;
    this.isListable = options.isListable;
  }

  /** Those whose keys begin so, in the order of keys. */
  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}

export class BucketStore {
  readonly #buckets = new Map<string, Bucket>();
  readonly #defaults: { readonly region: string; readonly ownerId: string };
  #etagCount = 0;

  constructor(defaults: { readonly region: string; readonly ownerId: string }) {
    this.#defaults = defaults;
  }

  create(name: string, options: BucketOptions = {}): Bucket {
    const bucket = new Bucket(name, {
      ...this.#defaults,
      ...{ isReadable: true, isWritable: true, isListable: true },
      ...options,
    });
    this.#buckets.set(name, bucket);
    return bucket;
  }

  delete(name: string): void {
    this.#buckets.delete(name);
  }

  bucket(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** Stores an object as one upload in parts does: its etag is not its MD5, and a new one each time. */
  putInParts(bucket: Bucket, key: string, bytes: Buffer, nowMs: number): StoredObject {
    const hash = createHash('md5')
      .update(`${(this.#etagCount += 1)} `)
      .update(bytes);
    return put(bucket, key, { bytes, etag: `${hash.digest('hex')}-1`, modifiedAtMs: nowMs });
  }

  /** Stores an object as one request does: its etag is its MD5. */
  put(bucket: Bucket, key: string, bytes: Buffer, nowMs: number): StoredObject {
    const etag = createHash('md5').update(bytes).digest('hex');
    return put(bucket, key, { bytes, etag, modifiedAtMs: nowMs });
  }
}

function put(bucket: Bucket, key: string, object: StoredObject): StoredObject {
  bucket.objects.set(key, object);
  return object;
}
