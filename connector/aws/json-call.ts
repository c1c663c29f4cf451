/** The two hot calls, lean: a signed request of AWS JSON 1.0, and the response's bytes as they come. */

import type { HttpResponse, HttpTransport } from '../host.ts';
import { AwsError } from './aws-error.ts';
import type { Signer } from './signer.ts';

export interface JsonCallOptions {
  readonly transport: HttpTransport;
  readonly signer: Signer;
  readonly endpoint: URL;
  /** Cut a response that hangs; a strongly consistent page takes well under a second. */
  readonly timeoutMs: number;
}

/** Calls `target` (`DynamoDB_20120810.Scan`) with a JSON body; throws an `AwsError` for any answer but 200. */
export type JsonCall = (target: string, body: string, signal: AbortSignal) => Promise<Uint8Array>;

export function createJsonCall(options: JsonCallOptions): JsonCall {
  const { transport, signer, endpoint, timeoutMs } = options;
  const protocol = endpoint.protocol === 'http:' ? 'http:' : 'https:';
  const port = endpoint.port === '' ? undefined : Number(endpoint.port);
  // A gateway may serve DynamoDB below a path.
  const path = `${endpoint.pathname.replace(/\/$/, '')}/`;
  const address = { method: 'POST', protocol, hostname: endpoint.hostname, path } as const;
  return async (target, body, signal) => {
    const { headers } = await signer.sign({
      ...address,
      ...(port === undefined ? {} : { port }),
      query: {},
      headers: {
        host: endpoint.host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
      },
      body,
    });
    const response = await transport.send({ ...address, port, headers, body }, timeoutMs, signal);
    if (response.status !== 200) throw errorOf(response);
    return response.body;
  };
}

/** What AWS says in an error's body: `{"__type":"com.amazonaws.dynamodb.v20120810#Name","message":…}`. */
function errorOf(response: HttpResponse): AwsError {
  const body = parseObject(Buffer.from(response.body).toString());
  const text = (...names: string[]) =>
    names.map((name) => body[name]).find((value) => typeof value === 'string');
  const type = text('__type', 'code') ?? response.headers['x-amzn-errortype'] ?? 'UnknownError';
  const name = type.slice(type.lastIndexOf('#') + 1).replace(/:.*$/, '');
  const message = text('message', 'Message') ?? `HTTP status ${response.status}`;
  // `ThrottlingException` writes the member in lower case.
  const reasons = body['ThrottlingReasons'] ?? body['throttlingReasons'];
  return new AwsError(name, message, response.status, reasonNames(reasons));
}

/** Names of throttling reasons, `[{"reason":"TableRead…","resource":"arn:…"}]` on the wire. */
export function reasonNames(reasons: unknown): string[] {
  if (!Array.isArray(reasons)) return [];
  return reasons.flatMap((entry: unknown) => {
    const reason: unknown =
      typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'reason') : undefined;
    return typeof reason === 'string' ? [reason] : [];
  });
}

/** The members of a JSON object; none when it is none. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // A proxy's HTML page, say: the status has to do.
  }
}
