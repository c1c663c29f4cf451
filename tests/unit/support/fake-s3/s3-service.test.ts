import { describe, expect, test } from '@jest/globals';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '../../../../connector/host.ts';
import { Harness } from '../fake-harness.ts';

const object = Buffer.from('0123456789');
const never = new AbortController().signal;

interface Ask {
  readonly method?: string;
  readonly hostname?: string;
  readonly region?: string;
  readonly secret?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

class S3Harness extends Harness {
  constructor() {
    super({ secrets: { AKIDTEST: 'secret' } });
    const bucket = this.fake.s3.create('exports');
    this.fake.s3.putInParts(bucket, "a b/ü'(1).gz", object, this.clock.now());
  }

  /** Signed by the SDK's own signer, with the path encoded once. */
  async get(key: string, ask: Ask = {}) {
    const { method = 'GET', hostname = 'exports.s3.us-east-1.amazonaws.com', body = '' } = ask;
    const [plain = '', query = ''] = key.split('?');
    const path = `/${plain.split('/').map(encodeURIComponent).join('/')}`.replace(
      /[!'()*]/g,
      (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    const signer = new SignatureV4({
      service: 's3',
      region: ask.region ?? 'us-east-1',
      credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: ask.secret ?? 'secret' },
      sha256: Hash.bind(null, 'sha256'),
      uriEscapePath: false,
    });
    const request = {
      ...{ method, protocol: 'https:', hostname, path, body },
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: { host: hostname, ...ask.headers },
    };
    const { headers } = await signer.sign(request, { signingDate: new Date(this.clock.now()) });
    const sent = {
      ...request,
      ...{ method: method as 'GET', protocol: 'https:' as const, port: undefined, headers },
      path: query === '' ? path : `${path}?${query}`,
    };
    const response = await this.clock.run(this.fake.transport().send(sent, 60_000, never));
    const text = Buffer.from(response.body).toString();
    const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
    return { status: response.status, headers: response.headers, text, code };
  }
}

const name = "a b/ü'(1).gz";

describe('an object', () => {
  test.each([
    ['in its host', name, 'exports.s3.us-east-1.amazonaws.com'],
    ['in a dual-stack host', name, 'exports.s3.dualstack.us-east-1.amazonaws.com'],
    ['in a FIPS host', name, 'exports.s3-fips.us-east-1.amazonaws.com'],
    ['in its path', `exports/${name}`, 's3.us-east-1.amazonaws.com'],
    ['in the path of any other host', `exports/${name}`, '127.0.0.1'],
  ])('is found by its bucket %s', async (_what, key, hostname) => {
    const { status, text } = await new S3Harness().get(key, { hostname });
    expect([status, text]).toEqual([200, '0123456789']);
  });

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
  ])('is read by the range %s', async (range, status, text, contentRange) => {
    const got = await new S3Harness().get(name, { headers: { range } });
    expect([got.status, got.text, got.headers['content-range']]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });

  test('has nothing past its end', async () => {
    const got = await new S3Harness().get(name, { headers: { range: 'bytes=10-12' } });
    expect([got.status, got.code]).toEqual([416, 'InvalidRange']);
  });

  test('that was replaced has another etag, which If-Match refuses', async () => {
    const harness = new S3Harness();
    const { etag = '' } = (await harness.get(name)).headers;
    const again = () => harness.get(name, { headers: { 'if-match': etag } });
    expect((await again()).status).toBe(200);
    harness.fake.faults.add({ kind: 'object-replaced', operation: 'GetObject' });
    expect(await again()).toMatchObject({ status: 412, code: 'PreconditionFailed' });
  });

  test('that is lost is not found, or forbidden to who may not list', async () => {
    const harness = new S3Harness();
    harness.fake.faults.add({ kind: 'object-lost' });
    expect(await harness.get(name)).toMatchObject({ status: 404, code: 'NoSuchKey' });
    harness.fake.s3.bucket('exports')!.isListable = false;
    expect(await harness.get(name)).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test('may be put, looked at and deleted', async () => {
    const harness = new S3Harness();
    await harness.get('new', { method: 'PUT', body: 'text' });
    const head = await harness.get('new', { method: 'HEAD' });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '4']);
    expect((await harness.get('?list-type=2&prefix=n')).text).toContain('<Key>new</Key>');
    await harness.get('new', { method: 'DELETE' });
    expect((await harness.get('new')).code).toBe('NoSuchKey');
  });
});

describe('a bucket', () => {
  test('of another region says which, by the host or by the signature', async () => {
    const harness = new S3Harness();
    harness.fake.s3.create('far', { region: 'eu-west-1' });
    const [byHost, bySignature, right] = [
      await harness.get('x', { hostname: 'far.s3.us-east-1.amazonaws.com' }),
      await harness.get('far/x', { hostname: '127.0.0.1' }),
      await harness.get('x', { hostname: 'far.s3.eu-west-1.amazonaws.com', region: 'eu-west-1' }),
    ];
    expect([byHost.status, byHost.code]).toEqual([301, 'PermanentRedirect']);
    expect([bySignature.status, bySignature.code]).toEqual([400, 'AuthorizationHeaderMalformed']);
    expect([byHost, bySignature].map(({ headers }) => headers['x-amz-bucket-region'])).toEqual([
      'eu-west-1',
      'eu-west-1',
    ]);
    expect(right.code).toBe('NoSuchKey');
    const location = await harness.get('far?location', {
      hostname: '127.0.0.1',
      region: 'eu-west-1',
    });
    expect(location.text).toContain('>eu-west-1</LocationConstraint>');
  });

  test('that does not exist is named', async () => {
    const got = await new S3Harness().get('x', { hostname: 'none.s3.us-east-1.amazonaws.com' });
    expect([got.status, got.code]).toEqual([404, 'NoSuchBucket']);
  });
});

describe('faults of the way', () => {
  test.each([
    ['throttle', 503, 'SlowDown'],
    ['throttle-unmodelled', 503, 'ServiceUnavailable'],
    ['internal-error', 500, 'InternalError'],
    ['expired-credentials', 400, 'ExpiredToken'],
    ['denied', 403, 'AccessDenied'],
  ] as const)('%s is %d %s', async (kind, status, code) => {
    const harness = new S3Harness();
    harness.fake.faults.add({ kind });
    expect(await harness.get(name)).toMatchObject({ status, code });
  });

  test('truncate shows in the range only', async () => {
    const harness = new S3Harness();
    harness.fake.faults.add({ kind: 'truncate' });
    const got = await harness.get(name, { headers: { range: 'bytes=0-9' } });
    expect([got.headers['content-range'], got.text.length < 10]).toEqual(['bytes 0-9/10', true]);
  });
});

describe('a signature', () => {
  test('by another secret is refused', async () => {
    const got = await new S3Harness().get(name, { secret: 'wrong' });
    expect([got.status, got.code]).toEqual([403, 'SignatureDoesNotMatch']);
  });

  test('is needed', async () => {
    const harness = new S3Harness();
    const request: HttpRequest = {
      ...{ method: 'GET', protocol: 'https:', port: undefined, path: '/x', body: '' },
      ...{ hostname: 'exports.s3.us-east-1.amazonaws.com', headers: {} },
    };
    const { status } = await harness.clock.run(
      harness.fake.transport().send(request, 60_000, never),
    );
    expect(status).toBe(403);
  });
});
