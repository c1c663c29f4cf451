/** Responses as AWS sends them, and as they arrive when the way is bad. */

import { crc32 } from 'node:zlib';
import { drawBelow } from '../seeded-random.ts';
import type { FaultKind } from './faults.ts';

export interface Response {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ResponseParts {
  readonly status: number;
  readonly json: string;
  readonly serverMs: number;
  /** Counts the requests. */
  readonly number: number;
}

export function responseOf({ status, json, serverMs, number }: ResponseParts): Response {
  const body = Buffer.from(json);
  return {
    status,
    headers: {
      'content-length': String(body.length),
      'content-type': 'application/x-amz-json-1.0',
      date: new Date(serverMs).toUTCString(),
      server: 'Server',
      'x-amz-crc32': String(crc32(body)),
      'x-amzn-requestid': `FAKE${String(number).padStart(48, '0')}`,
    },
    body,
  };
}

/** The response after a fault of the way: headers as of the whole, body not. */
export function damaged(
  response: Response,
  kind: FaultKind | undefined,
  random: () => number,
): Response {
  const { body, headers } = response;
  if (kind === 'truncate') {
    const half = body.subarray(0, drawBelow(random, body.length));
    return {
      ...response,
      body: half,
      headers: { ...headers, 'content-length': String(half.length) },
    };
  }
  if (kind !== 'corrupt' || body.length === 0) return response;
  const changed = Buffer.from(body);
  const at = drawBelow(random, body.length);
  changed[at] = changed[at]! ^ (1 << drawBelow(random, 7));
  return { ...response, body: changed };
}
