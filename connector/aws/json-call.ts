/** A call of AWS JSON 1.0, lean: a signed request, and the response's bytes as they come. All calls go this way. */

import { ConnectorError, errorCodes } from '../errors.ts';
import type { HttpResponse, HttpTransport } from '../host.ts';
import { AwsError, type CallSubject } from './aws-error.ts';
import type { Endpoints } from './endpoints.ts';
import { isObject, membersOf, objectsOf, textOf, type JsonObject } from './json-members.ts';
import type { Signer } from './signer.ts';

export interface JsonCallOptions {
  readonly transport: HttpTransport;
  readonly signer: Signer;
  readonly endpoints: Pick<Endpoints, 'of'>;
  /** Cut a response that hangs; a strongly consistent page takes well under a second. */
  readonly timeoutMs: number;
}

/**
 * Calls `target` (`DynamoDB_20120810.Scan`) with a JSON body; throws an `AwsError` for any answer but 200. `resource`:
 * the table it is about, which may decide where the call goes.
 */
export type JsonCall = (
  target: string,
  body: string,
  signal: AbortSignal,
  resource?: string,
) => Promise<Uint8Array>;

/** What a port makes its calls with, and how it speaks of them. */
export interface Port {
  readonly call: JsonCall;
  readonly endpoint: string;
  readonly retried: <T>(
    subject: CallSubject,
    call: () => Promise<T>,
    signal: AbortSignal,
  ) => Promise<T>;
}

export function createJsonCall(options: JsonCallOptions): JsonCall {
  const { transport, signer, endpoints, timeoutMs } = options;
  return async (target, body, signal, resource) => {
    const { url, signingRegion } = await endpoints.of(resource);
    const protocol = url.protocol === 'http:' ? 'http:' : 'https:';
    const port = url.port === '' ? undefined : Number(url.port);
    // A gateway may serve DynamoDB below a path.
    const path = `${url.pathname.replace(/\/$/, '')}/`;
    const headers = await signer.sign({ host: url.host, path, target, body }, signingRegion);
    const address = { method: 'POST', protocol, hostname: url.hostname, port, path } as const;
    const response = await transport.send({ ...address, headers, body }, timeoutMs, signal);
    signer.observe(response);
    if (response.status !== 200) throw errorOf(response);
    return response.body;
  };
}

/** The same for answers that are read as a whole. */
export async function callObject(
  call: JsonCall,
  target: string,
  input: object,
  signal: AbortSignal,
  resource?: string,
): Promise<JsonObject> {
  const body = await call(target, JSON.stringify(input), signal, resource);
  const value = parsed(Buffer.from(body).toString());
  if (isObject(value)) return value;
  throw new ConnectorError(
    errorCodes.responseInvalid,
    `${actionOf(target)} answered no JSON object`,
  );
}

/** `Scan` of `DynamoDB_20120810.Scan`. */
export function actionOf(target: string): string {
  return target.slice(target.indexOf('.') + 1);
}

/** What AWS says in an error's body: `{"__type":"com.amazonaws.dynamodb.v20120810#Name","message":…}`. */
function errorOf(response: HttpResponse): AwsError {
  const body = membersOf(parsed(Buffer.from(response.body).toString()));
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
function reasonNames(reasons: unknown): string[] {
  return objectsOf(reasons).flatMap(({ reason }) => textOf(reason) ?? []);
}

/** A JSON value; undefined where it is none, as a proxy's HTML page. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
