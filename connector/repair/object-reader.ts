/** Objects of an export, asked for until they come. */

import { withRetry, type Aws, type ObjectPart, type ObjectStore } from '../aws/aws.ts';
import { AwsError } from '../aws/aws.ts';
import { nameOf } from '../errors.ts';
import { assertMd5 } from './manifest.ts';
import { ExportUnusable } from './repair-error.ts';

/** A manifest of a hundred thousand files has some 25 MB. */
const manifestBytesMax = 64 * 1024 * 1024;
/** What S3 says of an object that is not the export's any more. */
const goneNames = new Set([
  'NoSuchKey',
  'PreconditionFailed',
  'InvalidRange',
  'InvalidObjectState',
]);

export interface ObjectPlace {
  readonly key: string;
  readonly etag?: string | undefined;
  readonly from: number;
  readonly length: number;
}

/** Reads of one bucket. Throws `ExportUnusable` for what is gone or another object by now. */
export class ObjectReader {
  readonly #aws: Aws;
  readonly #objects: ObjectStore;
  readonly #bucket: string;

  constructor(aws: Aws, objects: ObjectStore, bucket: string) {
    this.#aws = aws;
    this.#objects = objects;
    this.#bucket = bucket;
  }

  /** A range, or what there is of it. */
  async read(place: ObjectPlace, signal: AbortSignal): Promise<ObjectPart> {
    const { key, etag, from, length } = place;
    const name = `s3://${this.#bucket}/${key}`;
    const { retry, endpoint } = this.#aws;
    const subject = { action: 's3:GetObject', resource: `object "${name}"`, endpoint };
    const read = async () => {
      const object = {
        bucket: this.#bucket,
        key,
        etag: etag === '' ? undefined : etag,
        from,
        length,
      };
      const part = await this.#objects.read(object, signal);
      const want = part.isWhole ? part.totalBytes : Math.min(length, part.totalBytes - from);
      if (part.bytes.length !== want || (part.isWhole && from > 0)) {
        throw new AwsError('ChecksumMismatch', `${part.bytes.length} bytes came of ${want}`, 200);
      }
      return part;
    };
    try {
      const part = await withRetry(retry, subject, read, signal);
      if (etag !== undefined && etag !== '' && part.etag !== undefined && part.etag !== etag) {
        throw new ExportUnusable(`${name} is another object now`);
      }
      return part;
    } catch (error) {
      if (!goneNames.has(nameOf(error))) throw error;
      throw new ExportUnusable(`${name} is gone, or is another object now (${nameOf(error)})`);
    }
  }

  /** A manifest, checked against the MD5 beside it where there is one. */
  async manifest(key: string, signal: AbortSignal): Promise<string> {
    const { bytes, totalBytes } = await this.#start(key, signal);
    if (bytes.length < totalBytes) throw new ExportUnusable(`${key} has ${totalBytes} bytes`);
    const md5 = await this.#md5Of(key, signal);
    if (md5 !== undefined) assertMd5(bytes, md5, key);
    return Buffer.from(bytes).toString();
  }

  #start(key: string, signal: AbortSignal): Promise<ObjectPart> {
    return this.read({ key, from: 0, length: manifestBytesMax }, signal);
  }

  /** Servers that are not AWS's may have none. */
  async #md5Of(key: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      const { bytes } = await this.#start(key.replace(/\.json$/, '.md5'), signal);
      return Buffer.from(bytes).toString();
    } catch (error) {
      if (nameOf(error) === 'ExportUnusable') return undefined;
      throw error;
    }
  }
}
