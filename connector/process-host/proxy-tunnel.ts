/** A tunnel through a proxy, by CONNECT. https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6 */

import net from 'node:net';
import tls from 'node:tls';
import { orAborted } from '../async/abort.ts';
import { connectionError } from './http-head.ts';
import { hostOf, portOf, type Origin } from './http-socket.ts';
import type { Proxy } from './proxy.ts';

/** Of the proxy's answer to CONNECT. */
const headBytesMax = 16 * 1024;

/**
 * A socket whose bytes go to the origin. Rejects with `EPROXY` when the proxy cannot be reached or will not connect,
 * `EPROXYAUTH` when it wants to know who asks, and the signal's reason when it aborts.
 */
export function openTunnel(
  proxy: Proxy,
  origin: Origin,
  context: tls.SecureContext | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<net.Socket> {
  return orAborted(signal, (resolve, reject) => {
    const socket = connectToProxy(proxy, context);
    let answer = '';
    const settle = () => {
      socket.setTimeout(0).removeAllListeners();
    };
    const fail = (error: Error) => {
      settle();
      socket.on('error', () => undefined).destroy();
      reject(error);
    };
    const refuse = (message: string, code = 'EPROXY') => {
      fail(connectionError(code, message));
    };
    socket.setTimeout(timeoutMs, () => {
      refuse('The proxy does not answer in time');
    });
    socket.on('error', ({ message }) => {
      refuse(message || 'The proxy cannot be reached');
    });
    socket.on('close', () => {
      refuse('The proxy closed the connection');
    });
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1');
      if (!answer.includes('\r\n\r\n') && answer.length < headBytesMax) return;
      const [line = ''] = answer.split('\r\n', 1);
      const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(line) ?? [];
      if (status?.startsWith('2') === true) {
        settle();
        socket.pause();
        resolve(socket);
      } else if (status === '407') {
        refuse('The proxy requires a user and a password that it knows', 'EPROXYAUTH');
      } else {
        refuse(`The proxy refuses to connect: ${line.slice(0, 100)}`);
      }
    });
    socket.write(connectRequest(proxy, origin));
    return fail;
  });
}

function connectToProxy(proxy: Proxy, context: tls.SecureContext | undefined): net.Socket {
  const host = hostOf(proxy);
  const options = { host, port: proxy.port, noDelay: true, keepAlive: true };
  if (proxy.protocol === 'http:') return net.connect(options);
  return tls.connect({
    ...options,
    ALPNProtocols: ['http/1.1'],
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    ...(context === undefined ? {} : { secureContext: context }),
  });
}

function connectRequest({ credentials }: Proxy, origin: Origin): string {
  const to = `${origin.hostname}:${portOf(origin)}`;
  const authorization =
    credentials === undefined
      ? ''
      : `proxy-authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
  return `CONNECT ${to} HTTP/1.1\r\nhost: ${to}\r\n${authorization}\r\n`;
}
