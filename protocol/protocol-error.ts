/** What is wrong with a message, in one sentence. */

/**
 * A message that breaks the capture protocol: a request that is none, or a response too large to be sent.
 * The message never quotes the text it complains about, because requests carry credentials.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
