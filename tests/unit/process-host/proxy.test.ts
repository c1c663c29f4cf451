import { afterEach, describe, expect, test } from '@jest/globals';
import { routeTo } from '../../../connector/process-host/proxy.ts';

const variables = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);

/** Sets the process's own variables as well, which is where the package looks. */
function environment(given: Record<string, string>): Record<string, string> {
  for (const name of variables) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, given);
  return given;
}

afterEach(() => {
  environment({});
});

const aws = {
  protocol: 'https:',
  hostname: 'dynamodb.us-east-1.amazonaws.com',
  port: undefined,
} as const;
const url = (given: Record<string, string>, origin: Parameters<typeof routeTo>[0] = aws) => {
  const { proxy, told } = routeTo(origin, environment(given));
  return [proxy && `${proxy.protocol}//${proxy.hostname}:${proxy.port}`, told];
};

describe('routeTo()', () => {
  test.each<[string, Record<string, string>, string, string]>([
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://proxy:3128' }, 'http://proxy:3128', 'HTTPS_PROXY'],
    ['https_proxy', { https_proxy: 'http://proxy:3128' }, 'http://proxy:3128', 'https_proxy'],
    ['ALL_PROXY', { ALL_PROXY: 'https://proxy' }, 'https://proxy:443', 'ALL_PROXY'],
    ['one without a scheme', { HTTPS_PROXY: 'proxy:3128' }, 'http://proxy:3128', 'HTTPS_PROXY'],
    [
      'the lower case first',
      { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:2' },
      'http://b:2',
      'https_proxy',
    ],
    [
      'one that has a password, without telling it',
      { HTTPS_PROXY: 'http://me:s%40cret@proxy:3128' },
      'http://proxy:3128',
      'HTTPS_PROXY',
    ],
    [
      'one although NO_PROXY names other hosts',
      { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'eu-west-1.amazonaws.com, zonaws.com,.test' },
      'http://proxy:3128',
      'HTTPS_PROXY',
    ],
  ])('takes %s', (_, given, want, variable) => {
    expect(url(given)).toEqual([want, ` (through the proxy ${want} of ${variable})`]);
  });

  test.each([
    'dynamodb.us-east-1.amazonaws.com',
    'amazonaws.com',
    '.amazonaws.com',
    '*.amazonaws.com',
    'x, AmazonAWS.com:443',
    '*',
  ])('goes straight for NO_PROXY=%s', (noProxy) => {
    const told = ' (directly: NO_PROXY excepts it from the proxy of HTTPS_PROXY)';
    expect(url({ HTTPS_PROXY: 'http://proxy:3128', no_proxy: noProxy })).toEqual([undefined, told]);
  });

  test('goes straight where no proxy is set, and says so where one is for the other protocol', () => {
    expect([url({}), url({ HTTP_PROXY: 'http://proxy:3128' })]).toEqual([
      [undefined, ''],
      [undefined, ' (directly: HTTP_PROXY is for http:// alone)'],
    ]);
  });

  test.each(['localhost', '127.0.0.1', '[::1]', 'dynamodb.localhost'])(
    'goes straight to %s',
    (hostname) => {
      const origin = { protocol: 'http:', hostname, port: 8000 } as const;
      const told = ' (directly: HTTP_PROXY is not for addresses of this machine itself)';
      expect(url({ HTTP_PROXY: 'http://proxy:3128' }, origin)).toEqual([undefined, told]);
    },
  );

  test('keeps the credentials of the URL', () => {
    const { proxy } = routeTo(aws, environment({ HTTPS_PROXY: 'http://me:s%40cret@proxy:3128' }));
    expect(proxy?.credentials).toBe('me:s@cret');
  });

  test.each(['socks5://proxy:1080', 'http://', 'http://a b'])('refuses %s', (proxy) => {
    expect(() => url({ HTTPS_PROXY: proxy })).toThrow(
      'The environment variable HTTPS_PROXY does not name a proxy that can be used',
    );
  });
});
