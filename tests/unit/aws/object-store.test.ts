import { describe, expect, test } from '@jest/globals';
import { createObjectStore } from '../../../connector/aws/object-store.ts';
import type { HttpRequest, HttpResponse } from '../../../connector/host.ts';
import { Harness } from '../support/fake-harness.ts';
import { never } from './retry-context.ts';

/** Every sign that a key may have and a URL may not. */
const key = "a (b)/c+d/é!*'~&=?#%20.json.gz";
const bytes = Buffer.from('0123456789');

/** A store over a fake S3 that checks signatures to the last byte. */
function storeOver({ isAws = true, secret = 'secret' } = {}) {
  const harness = new Harness({ secrets: { AKIDTEST: 'secret' } });
  const { fake, clock } = harness;
  const sent: HttpRequest[] = [];
  const observed: number[] = [];
  const transport = fake.transport();
  const store = createObjectStore({
    transport: {
      send: (request, ...others) => {
        sent.push(request);
        return transport.send(request, ...others);
      },
    },
    credentials: () =>
      Promise.resolve({ accessKeyId: 'AKIDTEST', secretAccessKey: secret, sessionToken: 'token' }),
    signer: { observe: ({ status }: HttpResponse) => observed.push(status) },
    clock,
    region: 'us-east-1',
    endpoints: {
      of: (region) => ({
        url: new URL(isAws ? `https://s3.${region}.amazonaws.com` : 'http://localhost:8000'),
        isAws,
      }),
    },
  });
  const bucket = fake.s3.create('exports');
  const { etag } = fake.s3.putInParts(bucket, key, bytes, clock.now());
  const place = { bucket: 'exports', key, etag, from: 0, length: 4 };
  const read = (given: Partial<typeof place> = {}) =>
    clock.run(store.read({ ...place, ...given }, never)).then(
      ({ bytes, ...part }) => ({ ...part, text: Buffer.from(bytes).toString() }),
      (error: unknown) => error,
    );
  const tryWrite = (bucketName = 'exports') =>
    clock.run(store.tryWrite(bucketName, key, never)).then(
      () => 'allowed',
      (error: unknown) => error,
    );
  return { fake, bucket, etag, sent, observed, read, tryWrite };
}

describe('createObjectStore()', () => {
  test.each([
    ['in the host', true, 'exports.s3.us-east-1.amazonaws.com', undefined],
    ['in the path', false, 'localhost', 8000],
  ])('reads a range, with the bucket %s', async (_, isAws, hostname, port) => {
    const { read, sent, etag } = storeOver({ isAws });
    const part = { totalBytes: 10, isWhole: false, etag };
    expect(await read()).toEqual({ ...part, text: '0123' });
    expect(await read({ from: 8, length: 4 })).toEqual({ ...part, text: '89' });
    const encoded = 'a%20%28b%29/c%2Bd/%C3%A9%21%2A%27~%26%3D%3F%23%2520.json.gz';
    expect(sent[0]).toMatchObject({
      method: 'GET',
      path: isAws ? `/${encoded}` : `/exports/${encoded}`,
      headers: { range: 'bytes=0-3', 'if-match': `"${etag}"`, 'x-amz-security-token': 'token' },
    });
    expect([sent[0]?.hostname, sent[0]?.port]).toEqual([hostname, port]);
  });

  test.each([
    [
      'another object by now',
      { etag: 'other' },
      { name: 'PreconditionFailed', status: 412, message: expect.stringContaining('conditions') },
    ],
    ['a range past its end', { from: 10 }, { name: 'InvalidRange', status: 416 }],
    ['no such object', { key: 'none' }, { name: 'NoSuchKey', status: 404 }],
    ['no such bucket', { bucket: 'nobody' }, { name: 'NoSuchBucket', status: 404 }],
  ])('says in S3’s words: %s', async (_, given, want) => {
    expect(await storeOver().read(given)).toMatchObject(want);
  });

  test('may not see an object that is not there', async () => {
    const { bucket, read } = storeOver();
    bucket.isListable = false;
    expect(await read({ key: 'none' })).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  test('is throttled in the way of S3', async () => {
    const { fake, read, observed } = storeOver();
    fake.faults.add({ kind: 'throttle', operation: 'GetObject' });
    expect(await read()).toMatchObject({ name: 'SlowDown', status: 503 });
    expect(observed).toEqual([503]);
  });

  test('is refused with a wrong secret, whose signature differs', async () => {
    const { read } = storeOver({ secret: 'other' });
    expect(await read()).toMatchObject({ name: 'SignatureDoesNotMatch', status: 403 });
  });

  test.each([
    ['by the host', true, 'far.s3.eu-west-1.amazonaws.com'],
    ['by the signature', false, 'localhost'],
  ])('follows a bucket to its own region, once: found %s', async (_, isAws, hostname) => {
    const { fake, read, sent } = storeOver({ isAws });
    fake.s3.put(fake.s3.create('far', { region: 'eu-west-1' }), key, bytes, 0);
    const far = { bucket: 'far', etag: '' };
    const { text } = (await read({ ...far, etag: undefined as never })) as { text: string };
    await read({ ...far, etag: undefined as never });
    expect(text).toBe('0123');
    expect(sent.map((request) => request.hostname).slice(1)).toEqual([hostname, hostname]);
    const regionOf = ({ headers }: HttpRequest) =>
      /\/(\w+-\w+-\d)\/s3\//.exec(headers['authorization'] ?? '')?.[1];
    expect(sent.map(regionOf)).toEqual(['us-east-1', 'eu-west-1', 'eu-west-1']);
  });

  test('does not follow to what is no region', async () => {
    const { fake, read, sent } = storeOver();
    fake.s3.create('far', { region: 'evil.example/' });
    expect(await read({ bucket: 'far' })).toMatchObject({ name: 'UnexpectedStatus' });
    expect(sent.length).toBe(1);
  });
});

describe('tryWrite()', () => {
  test('is allowed, and leaves nothing', async () => {
    const { bucket, tryWrite, sent } = storeOver();
    bucket.objects.clear();
    expect(await tryWrite()).toBe('allowed');
    expect([sent[0]?.method, bucket.objects.size]).toEqual(['PUT', 0]);
  });

  test('is refused where the bucket is closed, or missing', async () => {
    const { bucket, tryWrite } = storeOver();
    bucket.isWritable = false;
    expect(await tryWrite()).toMatchObject({ name: 'AccessDenied', status: 403 });
    expect(await tryWrite('nobody')).toMatchObject({ name: 'NoSuchBucket' });
  });
});
