/**
 * What a text must be, where a JSON Schema could say it with a regular expression only: the web form would show that
 * to people as it stands. So the published schemas leave it to us, and we say it in words.
 */

import { withoutUserinfo } from '../url.ts';
import { durationPattern } from './duration.ts';

/** The rule's complaint about a text; undefined where the text is fine. */
export type TextRule = (text: string) => string | undefined;

/** Rules by the path of the property that they judge. */
export type TextRules = Readonly<Record<string, TextRule>>;

const isTableName = (text: string) => /^[a-zA-Z0-9_.-]{3,255}$/.test(text);
const isTableArn = (text: string) =>
  /^arn:[a-z0-9-]+:dynamodb:[a-z0-9-]*:[0-9]*:table\/[a-zA-Z0-9_.-]{3,255}$/.test(text);

/** Never says the value, which may be a secret. */
const keyRule: TextRule = (text) =>
  /^[\x21-\x7e]+$/.test(text)
    ? undefined
    : 'has a space, a line break or another character that AWS keys do not have; copy it again';

const bucketRules: TextRules = {
  'advanced.exportBucket': (text) =>
    /^[a-z0-9A-Z]+[.\-\w]*[a-z0-9A-Z]+$/.test(text) && text.length <= 255
      ? undefined
      : `is ${JSON.stringify(text)}, which is not the name of a bucket; write it like "my-exports"`,
  'advanced.exportPrefix': (text) =>
    text.length <= 512 && !text.startsWith('/')
      ? undefined
      : 'is not a prefix of keys: it has at most 512 characters, and no "/" at its beginning',
  'advanced.exportBucketOwner': (text) =>
    /^\d{12}$/.test(text)
      ? undefined
      : `is ${JSON.stringify(text)}, which is not the ID of an account; it has 12 digits`,
};

export const endpointRules: TextRules = {
  region: regionRule,
  'credentials.aws_access_key_id': keyRule,
  'credentials.aws_secret_access_key': keyRule,
  'credentials.aws_region': regionRule,
  awsAccessKeyId: keyRule,
  awsSecretAccessKey: keyRule,
  'advanced.endpoint': (text) =>
    serverUrl(text) === undefined
      ? `is ${JSON.stringify(withoutUserinfo(text))}, which is not the URL of a server; write it like "https://dynamodb.us-east-1.amazonaws.com"`
      : undefined,
  'advanced.idleBackoffMax': (text) =>
    durationPattern.test(text)
      ? undefined
      : `is ${JSON.stringify(text)}, which is not a duration; write it like "1s" or "1m30s"`,
  ...bucketRules,
};

export const resourceRules: TextRules = {
  table(text) {
    if (isTableName(text) || isTableArn(text)) return undefined;
    if (text.startsWith('arn:')) {
      return `is ${JSON.stringify(text)}, which is not the ARN of a table; write it like "arn:aws:dynamodb:us-east-1:111122223333:table/orders"`;
    }
    const count = text.length >= 3 && text.length <= 255 ? '' : ` (it has ${text.length})`;
    return `is ${JSON.stringify(text)}, but table names consist of 3 to 255 letters, digits, "_", "." or "-"${count}`;
  },
};

function regionRule(text: string): string | undefined {
  return /^[a-zA-Z0-9-]+$/.test(text)
    ? undefined
    : `is ${JSON.stringify(text)}, which is not the name of a region; write it like "us-east-1"`;
}

/**
 * The URL of a server, as `scheme://host:port/path` without a slash at its end; undefined where the text is none.
 * Without a scheme it is https, as Go's SDK has it; a server on this machine has no certificate, and is http.
 */
export function serverUrl(text: string): string | undefined {
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?:[:/]|$)/i.test(text);
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : `${isLocal ? 'http' : 'https'}://${text}`;
  if (/[\s\\]/.test(text) || !URL.canParse(whole)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(whole);
  const rest = [search, hash, username, password];
  if (!/^https?:$/.test(protocol) || rest.some((part) => part !== '')) return undefined;
  return origin + pathname.replace(/\/+$/, '');
}
