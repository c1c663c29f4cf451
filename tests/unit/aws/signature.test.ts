import { describe, expect, test } from '@jest/globals';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { Signature, type SignedCall } from '../../../connector/aws/signature.ts';

const call: SignedCall = {
  host: 'streams.dynamodb.us-east-1.amazonaws.com',
  path: '/',
  target: 'DynamoDBStreams_20120810.GetRecords',
  body: '{"ShardIterator":"arn:aws:dynamodb|1|é","Limit":1000}',
};
const key = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const noon = Date.UTC(2026, 10, 28, 12, 0, 7, 999);

/** As the SDK signs it. */
async function signedBySdk(
  { host, path, target, body }: SignedCall,
  credentials: typeof key,
  region: string,
  nowMs: number,
) {
  const sha256 = Hash.bind(null, 'sha256');
  const signer = new SignatureV4({ service: 'dynamodb', region, credentials, sha256 });
  const headers = { host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
  const request = {
    method: 'POST',
    protocol: 'https:',
    hostname: host,
    path,
    query: {},
    headers,
    body,
  };
  return (await signer.sign(request, { signingDate: new Date(nowMs) })).headers;
}

describe('Signature', () => {
  const signature = new Signature();
  test.each<[string, Partial<SignedCall>, object, string, number]>([
    ['a call', {}, {}, 'us-east-1', noon],
    ['another second of the day', {}, {}, 'us-east-1', noon + 1],
    ['the next day', {}, {}, 'us-east-1', noon + 86_400_000],
    ['the day before again', {}, {}, 'us-east-1', noon],
    ['another region', {}, {}, 'eu-central-1', noon],
    ['a session', {}, { sessionToken: 'FQoGZXIvYXdzEXAMPLE//token=' }, 'us-east-1', noon],
    ['another secret', {}, { secretAccessKey: 'other' }, 'us-east-1', noon],
    ['a port', { host: 'localhost:8000' }, {}, 'us-east-1', noon],
    ['a path', { path: "/gate way/a%20b/it's(1)*!/" }, {}, 'us-east-1', noon],
    ['no body', { body: '' }, {}, 'us-east-1', noon],
  ])('signs %s as the SDK does', async (_, given, credentials, region, nowMs) => {
    const request = { ...call, ...given };
    const identity = { ...key, ...credentials };
    const got = signature.headersOf(request, identity, region, nowMs);
    expect(got).toEqual(await signedBySdk(request, identity, region, nowMs));
  });
});
