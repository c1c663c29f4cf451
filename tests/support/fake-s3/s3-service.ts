/** The routes of a fake S3: objects in ranges, and what one needs to know of a bucket. */

import { createHash } from 'node:crypto';
import type { Response } from '../fake-dynamodb/response.ts';
import type { Bucket, BucketStore, StoredObject } from './bucket-store.ts';
import { accessDenied, noSuchBucket, noSuchKey, S3Error, xmlText } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { assertS3Signature, malformed } from './s3-signature.ts';

/** What happens to an object just before it is read. */
export const objectFaults = [
  /** It is written again, the same bytes under another etag. */
  'object-replaced',
  /** It is deleted, as by a rule of its bucket's owner. */
  'object-lost',
] as const;
export type ObjectFault = (typeof objectFaults)[number];

export interface S3Context {
  readonly store: BucketStore;
  /** The time by the server's clock. */
  readonly serverMs: number;
  readonly secrets: Readonly<Record<string, string>>;
  /** Counts the requests. */
  readonly number: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Carries a request out; what is wrong with it comes as XML. `refuse` throws what a fault wants to be thrown. */
export function answerS3(
  request: S3Request,
  context: S3Context,
  fault: ObjectFault | undefined,
  refuse: () => void,
): Response & { readonly code: string | undefined } {
  const requestId = `FAKE${String(context.number).padStart(12, '0')}`;
  const common = {
    date: new Date(context.serverMs).toUTCString(),
    server: 'AmazonS3',
    'x-amz-request-id': requestId,
  };
  try {
    const region = assertS3Signature(request, context.serverMs, context.secrets);
    refuse();
    const answer = carryOut(request, context, region, fault);
    const { status, headers } = answer;
    const body = request.method === 'HEAD' ? Buffer.alloc(0) : answer.body;
    const length = { 'content-length': String(answer.body.length) };
    return { status, headers: { ...common, ...length, ...headers }, body, code: undefined };
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const body = Buffer.from(request.method === 'HEAD' ? '' : error.toXml(requestId));
    const headers = { 'content-type': 'application/xml', 'content-length': String(body.length) };
    const { status, code } = error;
    return { status, headers: { ...common, ...headers, ...error.headers }, body, code };
  }
}

function carryOut(
  request: S3Request,
  context: S3Context,
  region: string,
  fault: ObjectFault | undefined,
): Answer {
  const { store, serverMs } = context;
  if (request.operation === 'CreateBucket') {
    store.create(request.bucket, { region });
    return { status: 200, headers: {}, body: Buffer.alloc(0) };
  }
  const bucket = store.bucket(request.bucket);
  if (bucket === undefined) throw noSuchBucket(request.bucket);
  assertRegion(request, bucket, region);
  if (fault !== undefined) spoil(context, bucket, request.key, fault);
  switch (request.operation) {
    case 'GetObject':
    case 'HeadObject':
      return objectAnswer(request, readable(bucket, request.key));
    case 'PutObject': {
      if (!bucket.isWritable) throw accessDenied();
      assertDigest(request);
      const { etag } = store.put(bucket, request.key, Buffer.from(request.body), serverMs);
      return { status: 200, headers: { etag: `"${etag}"` }, body: Buffer.alloc(0) };
    }
    case 'DeleteObject':
      if (!bucket.isWritable) throw accessDenied();
      bucket.objects.delete(request.key);
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    case 'DeleteBucket':
      if (bucket.objects.size > 0) {
        throw new S3Error('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty');
      }
      store.delete(bucket.name);
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    case 'HeadBucket':
      if (!bucket.isListable) throw inRegion(accessDenied(), bucket);
      return { status: 200, headers: regionHeader(bucket), body: Buffer.alloc(0) };
    case 'GetBucketLocation':
      return xml(
        `<LocationConstraint xmlns="${xmlns}">${bucket.region === 'us-east-1' ? '' : bucket.region}</LocationConstraint>`,
      );
    case 'ListObjectsV2':
      return listing(request, bucket);
    default:
      throw new S3Error(
        'NotImplemented',
        501,
        'A header you provided implies functionality that is not implemented',
      );
  }
}

function assertDigest({ headers, body }: S3Request): void {
  const wanted = headers['content-md5'];
  if (wanted === undefined || wanted === createHash('md5').update(body).digest('base64')) return;
  throw new S3Error(
    'BadDigest',
    400,
    'The Content-MD5 you specified did not match what we received.',
  );
}

/** An endpoint serves the buckets of its region; a signature is for a region. */
function assertRegion({ hostRegion }: S3Request, bucket: Bucket, signedRegion: string): void {
  if (hostRegion !== undefined && hostRegion !== bucket.region) {
    throw new S3Error(
      'PermanentRedirect',
      301,
      'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
        'Please send all future requests to this endpoint.',
      {
        members: {
          Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`,
          Bucket: bucket.name,
        },
        headers: regionHeader(bucket),
      },
    );
  }
  if (signedRegion !== bucket.region) {
    throw inRegion(
      malformed(`the region '${signedRegion}' is wrong; expecting '${bucket.region}'`, {
        Region: bucket.region,
      }),
      bucket,
    );
  }
}

const regionHeader = ({ region }: Bucket) => ({ 'x-amz-bucket-region': region });

const inRegion = ({ code, status, message, members }: S3Error, bucket: Bucket) =>
  new S3Error(code, status, message, { members, headers: regionHeader(bucket) });

function spoil({ store, serverMs }: S3Context, bucket: Bucket, key: string, fault: ObjectFault) {
  const object = bucket.objects.get(key);
  if (object === undefined) return;
  if (fault === 'object-lost') bucket.objects.delete(key);
  else store.putInParts(bucket, key, object.bytes, serverMs);
}

function readable(bucket: Bucket, key: string): StoredObject {
  if (!bucket.isReadable) throw accessDenied();
  const object = bucket.objects.get(key);
  if (object === undefined) throw bucket.isListable ? noSuchKey(key) : accessDenied();
  return object;
}

function objectAnswer({ headers }: S3Request, object: StoredObject): Answer {
  const { bytes, etag, modifiedAtMs } = object;
  const wanted = headers['if-match'];
  if (wanted !== undefined && wanted !== '*' && wanted.replace(/^"|"$/g, '') !== etag) {
    throw new S3Error(
      'PreconditionFailed',
      412,
      'At least one of the pre-conditions you specified did not hold',
      { members: { Condition: 'If-Match' } },
    );
  }
  const members = {
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
    etag: `"${etag}"`,
    'last-modified': new Date(modifiedAtMs).toUTCString(),
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers['range'] ?? '');
  if (range === null) return { status: 200, headers: members, body: bytes };
  const [, first = '', last = ''] = range;
  const from = Number(first);
  const to = Math.min(last === '' ? Infinity : Number(last), bytes.length - 1);
  if (from > to) {
    throw new S3Error('InvalidRange', 416, 'The requested range is not satisfiable', {
      members: { ActualObjectSize: String(bytes.length) },
    });
  }
  return {
    status: 206,
    headers: { ...members, 'content-range': `bytes ${from}-${to}/${bytes.length}` },
    body: bytes.subarray(from, to + 1),
  };
}

const xmlns = 'http://s3.amazonaws.com/doc/2006-03-01/';

const xml = (text: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`),
});

function listing({ query }: S3Request, bucket: Bucket): Answer {
  if (!bucket.isListable) throw accessDenied();
  const prefix = query.get('prefix') ?? '';
  const keys = bucket.keys(prefix);
  const page = keys.slice(0, Number(query.get('max-keys') ?? 1000));
  const contents = page.map((key) => {
    const { bytes, etag } = bucket.objects.get(key)!;
    return `<Contents><Key>${xmlText(key)}</Key><ETag>&quot;${etag}&quot;</ETag><Size>${bytes.length}</Size></Contents>`;
  });
  return xml(
    `<ListBucketResult xmlns="${xmlns}"><Name>${bucket.name}</Name><Prefix>${xmlText(prefix)}</Prefix>` +
      `<KeyCount>${page.length}</KeyCount><IsTruncated>${page.length < keys.length}</IsTruncated>${contents.join('')}</ListBucketResult>`,
  );
}
