import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HttpRequest } from '../../../connector/host.ts';
import { createHttpTransport } from '../../../connector/process-host/http-transport.ts';
import { makeCertificate } from '../../bench/certificate.ts';
import { startConnectProxy, type ProxyOptions } from '../../support/connect-proxy.ts';
import { never } from '../aws/retry-context.ts';

const hostname = 'dynamodb.test'; // Known to nobody but the proxy.
const root = mkdtempSync(path.join(tmpdir(), 'proxy-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY']) Reflect.deleteProperty(process.env, name);
});

/** A server behind a proxy; what is sent to it, and what the proxy was asked. */
async function behindProxy(protocol: 'http:' | 'https:', options: Partial<ProxyOptions> = {}) {
  const certificate = makeCertificate(mkdtempSync(path.join(root, 'tls-')), [hostname]);
  let connections = 0;
  const answer: http.RequestListener = (request, response) => {
    request.resume().on('end', () => response.end('x'.repeat(300_000)));
  };
  const [key, cert] = [certificate.key, certificate.certificate].map((file) => readFileSync(file));
  const server =
    protocol === 'http:' ? http.createServer(answer) : https.createServer({ key, cert }, answer);
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const proxy = await startConnectProxy({
    targetPort: (server.address() as AddressInfo).port,
    ...options,
  });
  ends.push(proxy.close, () => {
    server.closeAllConnections();
    server.close();
  });
  const variable = protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY';
  const url = `http://me:secret@127.0.0.1:${proxy.port}`;
  process.env[variable] = url;
  const environment = { [variable]: url, AWS_CA_BUNDLE: certificate.certificate };
  const request: HttpRequest = {
    method: 'POST',
    protocol,
    hostname,
    port: undefined,
    path: '/',
    headers: {},
    body: '{}',
  };
  /** The length of the body, or the code and message of the error. */
  const send = async (given: Record<string, string> = {}) => {
    const transport = createHttpTransport({ ...environment, ...given });
    const once = () =>
      transport.send(request, 2000, never).then(
        ({ body }) => body.length,
        (error: unknown) => {
          const { code, message } = error as { code: string; message: string };
          return [code, message.replaceAll(String(proxy.port), 'PORT')];
        },
      );
    return [await once(), await once()];
  };
  return { send, proxy, connectionCount: () => connections };
}

describe('createHttpTransport() behind a proxy', () => {
  test.each(['https:', 'http:'] as const)('reaches %s by one CONNECT', async (protocol) => {
    const { send, proxy, connectionCount } = await behindProxy(protocol);
    expect(await send()).toEqual([300_000, 300_000]);
    const port = protocol === 'http:' ? 80 : 443;
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect(proxy.asked).toEqual([[`${hostname}:${port}`, authorization]]);
    expect(connectionCount()).toBe(1);
  });

  test.each([
    ['403 Forbidden', 'EPROXY', 'The proxy refuses to connect: HTTP/1.1 403 Forbidden'],
    [
      '407 Proxy Authentication Required',
      'EPROXYAUTH',
      'The proxy requires a user and a password that it knows',
    ],
  ])('says what the proxy answers: %s', async (refusal, code, message) => {
    const { send } = await behindProxy('https:', { refusal });
    const told = `${message} (through the proxy http://127.0.0.1:PORT of HTTPS_PROXY)`;
    expect(await send()).toEqual([
      [code, told],
      [code, told],
    ]);
  });

  test('says when the proxy is not there', async () => {
    const { send, proxy } = await behindProxy('https:');
    proxy.close();
    const [got] = await send();
    expect(got).toEqual([
      'EPROXY',
      'connect ECONNREFUSED 127.0.0.1:PORT (through the proxy http://127.0.0.1:PORT of HTTPS_PROXY)',
    ]);
  });

  test('says when a certificate is not trusted', async () => {
    const { send } = await behindProxy('https:');
    const [got] = await send({ AWS_CA_BUNDLE: '' });
    expect(got).toEqual([
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'self-signed certificate (through the proxy http://127.0.0.1:PORT of HTTPS_PROXY)',
    ]);
  });

  test.each([
    ['missing.pem', undefined, 'ENOENT: no such file or directory'],
    ['empty.pem', '', 'PEM'],
    ['broken.pem', '-----BEGIN CERTIFICATE-----\nx\n', 'PEM'],
  ])('refuses an AWS_CA_BUNDLE that is %s', async (name, text, want) => {
    const file = path.join(root, name);
    if (text !== undefined) writeFileSync(file, text);
    const { send } = await behindProxy('https:');
    const [got] = await send({ AWS_CA_BUNDLE: file });
    const [code, message] = got as [string, string];
    expect([code, message.slice(0, message.indexOf(':') + 2)]).toEqual([
      'file-unusable',
      `Cannot use "${file}" of AWS_CA_BUNDLE: `,
    ]);
    expect(message).toMatch(want);
  });
});
