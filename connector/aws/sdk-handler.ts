/** The host's way to AWS, in the shape the SDK's clients want. */

import { buildQueryString, HttpResponse, type HttpHandler } from '@smithy/core/protocols';
import type { HttpHandlerOptions, HttpRequest } from '@smithy/types';
import type { HttpTransport } from '../host.ts';

// The SDK always hands over a signal of its own or none; a call without one cannot be aborted.
const neverAborts = new AbortController().signal;

/** Sends what the SDK has signed through `transport`, so that all calls share its connections and timeouts. */
export function sdkHandler(transport: HttpTransport, timeoutMs: number): HttpHandler {
  return {
    async handle(request: HttpRequest, options: HttpHandlerOptions = {}) {
      const response = await transport.send(
        {
          method: request.method === 'GET' ? 'GET' : 'POST',
          protocol: request.protocol === 'http:' ? 'http:' : 'https:',
          hostname: request.hostname,
          port: request.port,
          path: pathOf(request),
          headers: request.headers,
          body: bodyOf(request.body),
        },
        timeoutMs,
        (options.abortSignal as AbortSignal | undefined) ?? neverAborts,
      );
      const { status: statusCode, headers, body } = response;
      return { response: new HttpResponse({ statusCode, headers: { ...headers }, body }) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function pathOf({ path, query }: HttpRequest): string {
  const text = query === undefined ? '' : buildQueryString(query);
  return text === '' ? path : `${path}?${text}`;
}

// The SDK's bodies are arrays of a kind of its own, which warn when they are used as text: a plain view is not.
function bodyOf(body: unknown): string | Uint8Array {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : '';
}
