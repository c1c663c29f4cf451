/** The host's way to AWS, with the checks that every response goes through, whoever made the call. */

import { crc32 } from 'node:zlib';
import type { HttpResponse, HttpTransport } from '../host.ts';
import { AwsError } from './aws-error.ts';
import { assertOfAws } from './foreign-answer.ts';

/** Refuses what AWS does not answer and what was damaged on its way. */
export function checkedTransport(transport: HttpTransport): HttpTransport {
  return {
    async send(request, timeoutMs, signal) {
      const response = await transport.send(request, timeoutMs, signal);
      assertOfAws(request, response);
      assertChecksum(response);
      return response;
    },
  };
}

/**
 * DynamoDB sends the CRC-32 of the body as it left. A damaged body can still be valid JSON, with another shard
 * iterator in it, say.
 */
function assertChecksum({ headers, body }: HttpResponse): void {
  const want = headers['x-amz-crc32'];
  if (want === undefined || headers['content-encoding'] !== undefined) return;
  if (crc32(body) === Number(want)) return;
  throw new AwsError('ChecksumMismatch', 'The response does not match its CRC-32', 200);
}
