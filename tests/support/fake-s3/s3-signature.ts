/** Signatures of requests to S3, checked to the last byte where the secret is known. */

import { createHash, createHmac } from 'node:crypto';
import { accessDenied, S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

const skewMaxMs = 15 * 60_000;
const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/;

interface Signed {
  readonly accessKey: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly headerNames: readonly string[];
  readonly signature: string;
}

/** Gives the region that was signed for. `secrets`: by access key; signatures of other keys are taken as right. */
export function assertS3Signature(
  request: S3Request,
  serverMs: number,
  secrets: Readonly<Record<string, string>>,
): string {
  const signed = parsed(request.headers['authorization']);
  if (signed === undefined) throw accessDenied();
  if (signed.service !== 's3') {
    throw malformed(`the service '${signed.service}' is wrong; expecting 's3'`);
  }
  const content = request.headers['x-amz-content-sha256'];
  if (content === undefined) {
    throw new S3Error(
      'InvalidRequest',
      400,
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  if (content !== 'UNSIGNED-PAYLOAD' && content !== bodyHash) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const time = request.headers['x-amz-date'] ?? '';
  const signedMs = Date.parse(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (!(Math.abs(signedMs - serverMs) <= skewMaxMs)) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      403,
      'The difference between the request time and the current time is too large.',
    );
  }
  const secret = secrets[signed.accessKey];
  if (
    secret !== undefined &&
    signatureOf(request, signed, time, content, secret) !== signed.signature
  ) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      403,
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
  return signed.region;
}

export const malformed = (what: string, members: Readonly<Record<string, string>> = {}) =>
  new S3Error(
    'AuthorizationHeaderMalformed',
    400,
    `The authorization header is malformed; ${what}`,
    { members },
  );

function parsed(header: string | undefined): Signed | undefined {
  const match = authorization.exec(header ?? '');
  if (match === null) return undefined;
  const [, accessKey = '', day = '', region = '', service = '', names = '', signature = ''] = match;
  return { accessKey, day, region, service, headerNames: names.split(';'), signature };
}

function signatureOf(
  request: S3Request,
  { day, region, headerNames }: Signed,
  time: string,
  content: string,
  secret: string,
): string {
  const [path = '', query = ''] = request.path.split('?');
  const canonical = [
    request.method,
    path.split('/').map(canonicalText).join('/'),
    canonicalQuery(query),
    ...headerNames.map((name) => `${name}:${(request.headers[name] ?? '').trim()}`),
    '',
    headerNames.join(';'),
    content,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const hash = createHash('sha256').update(canonical).digest('hex');
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest();
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', time, scope, hash].join('\n')).toString('hex');
}

function canonicalQuery(query: string): string {
  const pairs = query === '' ? [] : query.split('&').map((pair) => pair.split('='));
  return pairs
    .map(([name = '', value = '']) => `${canonicalText(name)}=${canonicalText(value)}`)
    .sort()
    .join('&');
}

/** Decoded, and encoded once as AWS does: all but letters, digits and `-._~`. */
const canonicalText = (text: string) =>
  encodeURIComponent(decodeURIComponent(text)).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
