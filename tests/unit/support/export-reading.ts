/** What an export of the fake left in its bucket, read as its manifests say. */

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { FakeDynamoDb } from '../../support/fake-dynamodb/fake-dynamodb.ts';

export const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('base64');

interface ManifestLine {
  readonly itemCount: number;
  readonly md5Checksum: string;
  readonly etag: string;
  readonly dataFileS3Key: string;
}

/** A file's lines, decoded; what is wrong with it beside them. */
export interface ReadFile extends ManifestLine {
  readonly lines: readonly Record<string, unknown>[];
  readonly isIntact: boolean;
}

export class ExportReading {
  readonly #fake: FakeDynamoDb;
  readonly #bucket: string;

  constructor(fake: FakeDynamoDb, bucket: string) {
    this.#fake = fake;
    this.#bucket = bucket;
  }

  bytes(key: string): Buffer {
    const object = this.#fake.s3.bucket(this.#bucket)?.objects.get(key);
    if (object === undefined) throw new Error(`There is no ${key}`);
    return object.bytes;
  }

  /** The members of `manifest-summary.json`. */
  summary(key: string): Record<string, unknown> {
    return JSON.parse(this.bytes(key).toString()) as Record<string, unknown>;
  }

  files(summaryKey: string): ReadFile[] {
    const text = this.bytes(String(this.summary(summaryKey)['manifestFilesS3Key'])).toString();
    return text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const file = JSON.parse(line) as ManifestLine;
        const bytes = this.bytes(file.dataFileS3Key);
        const isIntact = md5(bytes) === file.md5Checksum;
        const lines = isIntact ? gunzipSync(bytes).toString().split('\n').slice(0, -1) : [];
        return {
          ...file,
          isIntact,
          lines: lines.map((each) => JSON.parse(each) as Record<string, unknown>),
        };
      });
  }

  /** All lines, in the order of their text. */
  lines(summaryKey: string): Record<string, unknown>[] {
    const all = this.files(summaryKey).flatMap(({ lines }) => lines);
    return all.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
}
