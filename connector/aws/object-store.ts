/** Objects of S3, read in ranges over the connector's own transport: an SDK client for it would be as large as the rest. */

import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import type { Clock, HttpRequest, HttpResponse, HttpTransport } from '../host.ts';
import { dateOf } from '../time.ts';
import { AwsError } from './aws-error.ts';
import type { ObjectPart, ObjectStore } from './export-api.ts';
import { objectAddress } from './object-address.ts';
import type { S3Endpoints } from './s3-endpoints.ts';
import { withoutSecrets } from './secrets.ts';
import type { Signer } from './signer.ts';

/** A piece of 8 MiB takes about a second; a slow one ten. */
const requestTimeoutMs = 60_000;

/** An MD5 that no body of ours has: S3 refuses to store what does not match it. */
const wrongMd5 = 'AAAAAAAAAAAAAAAAAAAAAA==';

export interface ObjectStoreOptions {
  readonly transport: HttpTransport;
  readonly credentials: Provider<AwsCredentialIdentity>;
  readonly signer: Pick<Signer, 'observe'>;
  /** Corrected by AWS's time. */
  readonly clock: Clock;
  readonly endpoints: S3Endpoints;
  /** The configured one, in which a bucket is looked for first. */
  readonly region: string;
}

interface ObjectRequest {
  readonly method: 'GET' | 'PUT';
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { transport, region } = options;
  /** By bucket, as S3 has told it. */
  const regions = new Map<string, string>();
  /** The answer of the bucket's own region. */
  const ask = async (request: ObjectRequest, signal: AbortSignal): Promise<HttpResponse> => {
    const { bucket } = request;
    for (;;) {
      const known = regions.get(bucket);
      const signed = await signedRequest(options, request, known ?? region);
      const response = await transport.send(signed, requestTimeoutMs, signal);
      if (response.status >= 400) options.signer.observe(response);
      const other = regionOf(response);
      if (other === undefined || other === region || known !== undefined) return response;
      regions.set(bucket, other);
    }
  };
  return {
    async read({ bucket, key, etag, from, length }, signal) {
      const headers = {
        range: `bytes=${from}-${from + length - 1}`,
        ...(etag === undefined ? {} : { 'if-match': `"${etag}"` }),
      };
      const response = await ask({ method: 'GET', bucket, key, headers }, signal);
      if (response.status === 200 || response.status === 206) return partOf(response);
      throw errorOf(response);
    },
    async tryWrite(bucket, key, signal) {
      const headers = { 'content-md5': wrongMd5 };
      const response = await ask({ method: 'PUT', bucket, key, headers }, signal);
      if (response.status === 200) return;
      const error = errorOf(response);
      if (error.name !== 'BadDigest') throw error;
    },
  };
}

async function signedRequest(
  { endpoints, credentials, clock }: ObjectStoreOptions,
  { method, bucket, key, headers }: ObjectRequest,
  region: string,
): Promise<HttpRequest> {
  const address = objectAddress(endpoints.of(region), bucket, key);
  const { protocol, hostname, port, path } = address;
  const signature = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Hash.bind(null, 'sha256'),
    uriEscapePath: false, // S3 signs the path as it is sent.
    applyChecksum: true,
  });
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const request = {
    ...{ method, protocol, hostname, path, query: {} },
    ...(port === undefined ? {} : { port }),
    headers: { host, ...headers },
  };
  const signed = await signature.sign(request, { signingDate: dateOf(clock.now()) });
  return { ...address, method, headers: signed.headers, body: '' };
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

/** It becomes a part of a host. */
const regionName = /^[a-z0-9-]+$/;

/** The bucket's region, where the answer tells that the request has gone to another one. */
function regionOf(response: HttpResponse): string | undefined {
  const { status, headers } = response;
  if (![301, 307, 400].includes(status)) return undefined;
  const told = headers['x-amz-bucket-region'] ?? xmlText(response, 'Region');
  return told !== undefined && regionName.test(told) ? told : undefined;
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
