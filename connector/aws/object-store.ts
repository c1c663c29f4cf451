/** Objects of S3, read in ranges over the connector's own transport: an SDK client for it would be as large as the rest. */

import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import type { Clock, HttpResponse, HttpTransport } from '../host.ts';
import { dateOf } from '../time.ts';
import { AwsError } from './aws-error.ts';
import type { ObjectPart, ObjectRange, ObjectStore } from './export-api.ts';
import { inRegion, objectAddress } from './s3-address.ts';
import { withoutSecrets } from './secrets.ts';
import type { Signer } from './signer.ts';

/** A piece of 8 MiB takes about a second; a slow one ten. */
const requestTimeoutMs = 60_000;

export interface ObjectStoreOptions {
  readonly transport: HttpTransport;
  readonly credentials: Provider<AwsCredentialIdentity>;
  readonly signer: Pick<Signer, 'observe'>;
  /** Corrected by AWS's time. */
  readonly clock: Clock;
  /** The configured region's S3. */
  readonly url: URL;
  readonly region: string;
}

export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { transport, clock, url, region } = options;
  /** By bucket, as S3 has told it; others are looked for in the configured one. */
  const regions = new Map<string, string>();
  const signed = async (object: ObjectRange, inItsRegion: string) => {
    const { bucket, key, etag, from, length } = object;
    const address = objectAddress(inRegion(url, region, inItsRegion), bucket, key);
    const { protocol, hostname, port, path } = address;
    const signature = new SignatureV4({
      service: 's3',
      region: inItsRegion,
      credentials: options.credentials,
      sha256: Hash.bind(null, 'sha256'),
      uriEscapePath: false, // S3 signs the path as it is sent.
      applyChecksum: true,
    });
    const request = {
      method: 'GET',
      protocol,
      hostname,
      ...(port === undefined ? {} : { port }),
      path,
      query: {},
      headers: {
        host: port === undefined ? hostname : `${hostname}:${port}`,
        range: `bytes=${from}-${from + length - 1}`,
        ...(etag === undefined ? {} : { 'if-match': `"${etag}"` }),
      },
    };
    const { headers } = await signature.sign(request, { signingDate: dateOf(clock.now()) });
    return { ...address, method: 'GET', headers, body: '' } as const;
  };
  return {
    async read(object, signal) {
      let inItsRegion = regions.get(object.bucket) ?? region;
      for (;;) {
        const request = await signed(object, inItsRegion);
        const response = await transport.send(request, requestTimeoutMs, signal);
        if (response.status >= 400) options.signer.observe(response);
        if (response.status === 200 || response.status === 206) return partOf(response);
        const other = regionOf(response);
        if (other === undefined || other === inItsRegion || regions.has(object.bucket)) {
          throw errorOf(response);
        }
        inItsRegion = other;
        regions.set(object.bucket, other);
      }
    },
    recycle: (bytes) => {
      transport.recycle?.(bytes);
    },
  };
}

function partOf({ status, headers, body }: HttpResponse): ObjectPart {
  // `bytes 0-8388607/12345678`; a server that knows no ranges sends the whole.
  const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const totalBytes = status === 206 && total !== undefined ? Number(total) : body.length;
  return {
    bytes: body,
    totalBytes,
    isWhole: status === 200,
    etag: headers['etag']?.replaceAll('"', ''),
  };
}

/** The bucket's region, where the answer tells that the request has gone to another one. */
function regionOf(response: HttpResponse): string | undefined {
  const { status, headers } = response;
  if (![301, 307, 400].includes(status)) return undefined;
  return headers['x-amz-bucket-region'] ?? xmlText(response, 'Region');
}

/** S3 speaks XML: `<Error><Code>NoSuchKey</Code><Message>…</Message>…</Error>`. */
function errorOf(response: HttpResponse): AwsError {
  const { status } = response;
  if (status < 400)
    return new AwsError('UnexpectedStatus', `The answer has HTTP status ${status}`, status);
  const code = xmlText(response, 'Code') ?? codeByStatus.get(status) ?? 'UnknownError';
  const said = xmlText(response, 'Message') ?? `HTTP status ${status}`;
  return new AwsError(code, withoutSecrets(said), status);
}

const codeByStatus = new Map([
  [403, 'AccessDenied'],
  [404, 'NoSuchKey'],
  [412, 'PreconditionFailed'],
  [503, 'SlowDown'],
]);

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};
/** Errors are short; what is longer is a page of somebody else's. */
const errorBytesMax = 64 * 1024;

function xmlText({ body }: HttpResponse, element: string): string | undefined {
  const text = Buffer.from(body.subarray(0, errorBytesMax)).toString();
  const found = new RegExp(`<${element}>([^<]*)</${element}>`).exec(text)?.[1];
  return found?.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}
