/** What a fake checks of a signature: who made it, and when. */

import { ServiceError } from './service-error.ts';

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

export type SkewError = 'InvalidSignatureException' | 'RequestTimeTooSkewed';

const skewMaxMs = 5 * 60_000;
const signatureTime = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The access key that signed; `anonymous` for a request without a signature. */
export function callerOf(headers: Headers): string {
  return /Credential=([^/,\s]+)/.exec(headers['authorization'] ?? '')?.[1] ?? 'anonymous';
}

/** Throws when the request was signed more than five minutes off the server's time; unsigned ones pass. */
export function assertSignatureTime(headers: Headers, serverMs: number, error: SkewError): void {
  const text = headers['x-amz-date'];
  if (text === undefined) return;
  const [, year, month, day, hour, minute, second] = signatureTime.exec(text) ?? [];
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(signedMs)) {
    throw new ServiceError('InvalidSignatureException', `Invalid X-Amz-Date: ${text}`);
  }
  const offMs = signedMs - serverMs;
  if (Math.abs(offMs) <= skewMaxMs) return;
  const bound = compact(serverMs + Math.sign(offMs) * skewMaxMs);
  const served = compact(serverMs);
  throw new ServiceError(
    error,
    offMs < 0
      ? `Signature expired: ${text} is now earlier than ${bound} (${served} - 5 min.)`
      : `Signature not yet current: ${text} is still later than ${bound} (${served} + 5 min.)`,
  );
}

const compact = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
