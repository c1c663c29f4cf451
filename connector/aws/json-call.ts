/** A call of AWS JSON 1.0, lean: a signed request, and the response's bytes as they come. All calls go this way. */

import { ConnectorError, errorCodes } from '../errors.ts';
import type { HttpResponse, HttpTransport, MakeRoom } from '../host.ts';
import { AwsError, type CallSubject } from './aws-error.ts';
import type { Endpoints } from './endpoints.ts';
import { foreignAnswer, isObjectBody } from './foreign-answer.ts';
import { isObject, membersOf, objectsOf, textOf, type JsonObject } from '../json.ts';
import { withoutSecrets } from './secrets.ts';
import type { Signer } from './signer.ts';

/** Which mean something without a name too: an overload, or an outage, of whatever answers. */
const isTelling = (status: number) => status === 408 || status === 429 || status >= 500;

export interface JsonCallOptions {
  readonly transport: HttpTransport;
  readonly signer: Signer;
  readonly endpoints: Pick<Endpoints, 'of'>;
  /** Cut a response that hangs; a strongly consistent page takes well under a second. */
  readonly timeoutMs: number;
}

export interface JsonCallDetails {
  /** The table it is about, which may decide where the call goes. */
  readonly resource?: string | undefined;
  /** As in `HttpRequest`. */
  readonly makeRoom?: MakeRoom | undefined;
}

/** Calls `target` (`DynamoDB_20120810.Scan`) with a JSON body; throws an `AwsError` for any answer but 200. */
export type JsonCall = (
  target: string,
  body: string,
  signal: AbortSignal,
  details?: JsonCallDetails,
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
  return async (target, body, signal, { resource, makeRoom } = {}) => {
    const { url, signingRegion } = await endpoints.of(resource);
    const protocol = url.protocol === 'http:' ? 'http:' : 'https:';
    const port = url.port === '' ? undefined : Number(url.port);
    // A gateway may serve DynamoDB below a path.
    const path = `${url.pathname.replace(/\/$/, '')}/`;
    const headers = await signer.sign({ host: url.host, path, target, body }, signingRegion);
    const address = { method: 'POST', protocol, hostname: url.hostname, port, path } as const;
    const request = { ...address, headers, body, makeRoom };
    const response = await transport.send(request, timeoutMs, signal);
    signer.observe(response);
    if (response.status === 200 && isObjectBody(response)) return response.body;
    const error = response.status === 200 ? undefined : errorOf(response, signer.identity);
    throw error ?? foreignAnswer({ ...address, port }, response);
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
  const body = await call(target, JSON.stringify(input), signal, { resource });
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

/**
 * What AWS says in an error's body: `{"__type":"com.amazonaws.dynamodb.v20120810#Name","message":…}`. Absent where it
 * names no error, as AWS always does.
 */
function errorOf(response: HttpResponse, identity: Signer['identity']): AwsError | undefined {
  const body = membersOf(parsed(Buffer.from(response.body).toString()));
  const text = (...names: string[]) =>
    names.map((name) => body[name]).find((value) => typeof value === 'string');
  const { status, headers } = response;
  const type = text('__type', 'code') ?? headers['x-amzn-errortype'];
  if (type === undefined && !isTelling(status)) return undefined;
  const name = /^\w+/.exec((type ?? '').slice((type ?? '').lastIndexOf('#') + 1))?.[0];
  const said = text('message', 'Message') ?? `HTTP status ${status}`;
  const message = withoutSecrets(said, identity);
  // `ThrottlingException` writes the member in lower case.
  const reasons = body['ThrottlingReasons'] ?? body['throttlingReasons'];
  return new AwsError(name ?? 'UnknownError', message, status, reasonNames(reasons));
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
