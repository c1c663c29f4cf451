/** A request to S3: which bucket, which object, and what is to be done with it. */

import { S3Error } from './s3-error.ts';

export interface ServedRequest {
  readonly method: string;
  /** Without the port. */
  readonly hostname: string;
  /** As it was sent, with the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Uint8Array;
}

export interface S3Request extends ServedRequest {
  /** For instance `GetObject`; `Unknown` for what this fake does not know. */
  readonly operation: string;
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** That the host's name speaks of; absent where it speaks of none. */
  readonly hostRegion: string | undefined;
}

/** `BUCKET.s3.REGION.amazonaws.com` with all that may stand between, or without the bucket. */
const s3Host =
  /^(?:(?<bucket>.+)\.)?s3(?:-fips)?(?:\.dualstack)?(?:[.-](?<region>[a-z]{2}(?:-[a-z0-9]+)+))?\.amazonaws\.com(?:\.cn)?$/;

/** Absent for DynamoDB's own calls, which all are POSTs to `/`. */
export function s3RequestOf(request: ServedRequest): S3Request | undefined {
  if (request.method === 'POST' || request.headers['x-amz-target'] !== undefined) return undefined;
  const [path = '', queryText = ''] = request.path.split('?');
  const query = new URLSearchParams(queryText);
  const host = s3Host.exec(request.hostname)?.groups;
  const inHost = host?.['bucket'];
  const [, first = '', ...rest] = path.split('/');
  const bucket = inHost ?? decoded(first);
  const key = (inHost === undefined ? rest : [first, ...rest]).map(decoded).join('/');
  return {
    ...request,
    operation: operationOf(request.method, key, query),
    bucket,
    key,
    query,
    hostRegion: host?.['region'],
  };
}

function operationOf(method: string, key: string, query: URLSearchParams): string {
  if (key !== '') {
    const ofObject = ['GET', 'HEAD', 'PUT', 'DELETE'].indexOf(method);
    return ['GetObject', 'HeadObject', 'PutObject', 'DeleteObject'][ofObject] ?? 'Unknown';
  }
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'PUT') return 'CreateBucket';
  if (method === 'DELETE') return 'DeleteBucket';
  if (method !== 'GET') return 'Unknown';
  if (query.has('location')) return 'GetBucketLocation';
  return query.get('list-type') === '2' ? 'ListObjectsV2' : 'Unknown';
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new S3Error('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}
