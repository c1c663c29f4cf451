/** The host's way to AWS, with the two checks that every response goes through, whoever made the call. */

import { crc32 } from 'node:zlib';
import type { HttpResponse, HttpTransport } from '../host.ts';
import { AwsError } from './aws-error.ts';
import type { Signer } from './signer.ts';

/** Refuses bodies that were damaged on their way, and lets the signer learn the server's time. */
export function checkedTransport(transport: HttpTransport, signer: Signer): HttpTransport {
  return {
    async send(request, timeoutMs, signal) {
      const response = await transport.send(request, timeoutMs, signal);
      assertChecksum(response);
      signer.observe(response);
      return response;
    },
    recycle: (body) => {
      transport.recycle?.(body);
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
