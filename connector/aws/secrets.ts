/** What a server says, without what it echoes of our credentials: messages end up in logs and tickets. */

import type { AwsCredentialIdentity } from '@smithy/types';

/** Short ones are the dummies of emulators (`local`, `test`), and would be found in any word. */
const secretLengthMin = 16;
/** A message is for reading; a server may send anything. */
const messageLengthMax = 1000;

/** Secrets that look like it, whosever they are. */
const secretPatterns: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, '(access-key)'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '(token)'],
  [/(\bCredential=)[^/\s,"]+/g, '$1(access-key)'],
  [/(\bSignature=)[^\s,"]+/g, '$1(signature)'],
  [/(x-amz-security-token["']?\s*[:=]\s*["']?)[^\s"'&,]+/gi, '$1(session-token)'],
];

/** A text of a server's. `identity`: what the request was signed with. */
export function withoutSecrets(text: string, identity?: AwsCredentialIdentity): string {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = identity ?? {};
  let shown = text;
  for (const [secret = '', name] of [
    [sessionToken, '(session-token)'],
    [secretAccessKey, '(secret-key)'],
    [accessKeyId, '(access-key)'],
  ] as const) {
    const spellings = new Set([secret, encodeURIComponent(secret), secret.replaceAll('/', '\\/')]);
    // Whole ones first: a spelling begins as the others do.
    for (const spelling of spellings) {
      if (spelling.length >= secretLengthMin) shown = shown.replaceAll(spelling, name);
    }
    for (const spelling of spellings) shown = withoutEcho(shown, spelling, name);
  }
  for (const [pattern, instead] of secretPatterns) shown = shown.replace(pattern, instead);
  return shown.length > messageLengthMax ? `${shown.slice(0, messageLengthMax)} …` : shown;
}

/** Without a secret, also where the text has its beginning only. */
function withoutEcho(text: string, secret: string, name: string): string {
  if (secret.length < secretLengthMin) return text;
  const beginning = secret.slice(0, secretLengthMin);
  let shown = text;
  for (let at = shown.indexOf(beginning); at >= 0; at = shown.indexOf(beginning, at)) {
    let length = secretLengthMin;
    while (length < secret.length && shown[at + length] === secret[length]) length += 1;
    shown = shown.slice(0, at) + name + shown.slice(at + length);
    at += name.length;
  }
  return shown;
}
