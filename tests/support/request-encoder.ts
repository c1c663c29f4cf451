/** Requests as Flow's runtime sends them. */

import { encodeProtobuf } from './protobuf.ts';

/** One request in its JSON form (`{"open":{…}}`) as it goes on the wire. */
export function encodeRequest(codec: 'json' | 'proto', request: object): Uint8Array {
  if (codec === 'json') return Buffer.from(`${JSON.stringify(request)}\n`);
  const message = encodeProtobuf('Request', { ...request });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(message.length);
  return Buffer.concat([length, message]);
}
