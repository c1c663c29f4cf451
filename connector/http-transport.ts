/** HTTP over Node's own client: kept-alive connections, one buffer per response. */

import http from 'node:http';
import https from 'node:https';
import type { HttpRequest, HttpResponse, HttpTransport } from './host.ts';

/** Connections to one endpoint: more than requests in flight are ever allowed, so none waits for a socket. */
const socketsMax = 256;
/** AWS closes idle connections after about a minute; ours end before, so no request meets a closing one. */
const idleSocketMs = 20_000;
/** No response of DynamoDB comes near this: a record page of 1 MB is some 10 MB of JSON. */
const responseBytesMax = 128 * 1024 * 1024;

/** The way to AWS of a real process. */
export function createHttpTransport(): HttpTransport {
  const options = { keepAlive: true, maxSockets: socketsMax, timeout: idleSocketMs };
  const plain = new http.Agent(options);
  const secure = new https.Agent(options);
  return {
    send: (request, timeoutMs, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const isPlain = request.protocol === 'http:';
        const sent = (isPlain ? http : https).request({
          agent: isPlain ? plain : secure,
          method: request.method,
          hostname: request.hostname.replace(/^\[|\]$/g, ''), // A URL writes IPv6 addresses in brackets.
          port: request.port,
          path: request.path,
          headers: { ...request.headers, 'content-length': Buffer.byteLength(request.body) },
          timeout: timeoutMs,
        });
        const onAbort = () => sent.destroy(signal.reason as Error);
        signal.addEventListener('abort', onAbort, { once: true });
        const settle = (result: () => void) => {
          signal.removeEventListener('abort', onAbort);
          result();
        };
        sent.on('timeout', () => sent.destroy(timedOut(request, timeoutMs)));
        sent.on('error', (error) => {
          settle(() => {
            reject(signal.aborted ? (signal.reason as Error) : error);
          });
        });
        sent.on('response', (response) => {
          collect(response).then(
            (result) => {
              settle(() => {
                resolve(result);
              });
            },
            (error: unknown) => {
              settle(() => {
                reject(signal.aborted ? (signal.reason as Error) : (error as Error));
              });
            },
          );
        });
        sent.end(request.body);
      }),
  };
}

/** Reads a response to its end, into one buffer of the announced length where there is one. */
function collect(response: http.IncomingMessage): Promise<HttpResponse> {
  const announced = Number(response.headers['content-length'] ?? 0);
  let body = Buffer.allocUnsafeSlow(Math.min(announced, responseBytesMax));
  let length = 0;
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      if (length + chunk.length > responseBytesMax) {
        response.destroy(
          connectionError('ECONNABORTED', `Response exceeds ${responseBytesMax} bytes`),
        );
        return;
      }
      if (length + chunk.length > body.length) body = grown(body, length, length + chunk.length);
      chunk.copy(body, length);
      length += chunk.length;
    });
    response.on('end', () => {
      // Node itself reports a body shorter than announced as an error.
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers as Record<string, string>,
        body: body.subarray(0, length),
      });
    });
    response.on('error', reject);
  });
}

function grown(body: Buffer<ArrayBuffer>, length: number, needed: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, body.length * 2));
  body.copy(larger, 0, 0, length);
  return larger;
}

function timedOut(request: HttpRequest, timeoutMs: number): Error {
  return connectionError('ETIMEDOUT', `No answer from ${request.hostname} for ${timeoutMs} ms`);
}

function connectionError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
