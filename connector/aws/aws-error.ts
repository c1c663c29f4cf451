/** Failed AWS calls: one type, whoever made the call, and what may be done about each. */

import {
  ConnectorError,
  codeOf,
  errorCodes,
  isAwsRefusal,
  isConnectorError,
  memberOf,
  messageOf,
  nameOf,
} from '../errors.ts';
import { denialOf } from './access-denied.ts';
import { withoutSecrets } from './secrets.ts';
import { unreachable } from './unreachable.ts';

/** A failed AWS call. `name` is AWS's error code, for instance `ResourceNotFoundException`. */
export class AwsError extends Error {
  override readonly name: string;
  readonly status: number;
  /** For instance `TableReadProvisionedThroughputExceeded`; empty where AWS does not tell. */
  readonly throttlingReasons: readonly string[];

  constructor(
    name: string,
    message: string,
    status: number,
    throttlingReasons: readonly string[] = [],
  ) {
    super(message);
    this.name = name;
    this.status = status;
    this.throttlingReasons = throttlingReasons;
  }
}

export function isAwsError(error: unknown): error is AwsError {
  return isAwsRefusal(error);
}

/**
 * What an error calls for: `throttled` and `transient` to try again later, `skewed` to sign with the server's
 * time, `expired` to get new credentials, `final` to give up.
 */
export type Remedy = 'throttled' | 'transient' | 'skewed' | 'expired' | 'final';

// DescribeStream and GetRecords throttle with codes that their models don't list; LimitExceededException also
// stands for too many readers of one shard.
const throttlingNames = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);
const transientNames = new Set([
  'ChecksumMismatch',
  'InternalFailure',
  'InternalServerError',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  // What the SDK makes of a body that was cut and had no checksum.
  'SyntaxError',
  'TimeoutError',
]);
const connectionCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'EPROXY',
  'ETIMEDOUT',
]);
// Nothing but credentials is read from files while a call is made.
const fileCodes = new Set(['EACCES', 'EISDIR', 'ENOENT', 'EPERM']);
const skewNames = new Set(['RequestExpired', 'RequestInTheFuture', 'RequestTimeTooSkewed']);
const expiredNames = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);
const rejectedNames = new Set([
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** Of an account that is new, or has not opted in to a region. */
const notSignedUpNames = new Set(['OptInRequired', 'SubscriptionRequiredException']);

/** What to do about anything thrown by an AWS call. */
export function remedyOf(error: unknown): Remedy {
  const name = nameOf(error);
  // A damaged body that no checksum caught: the next attempt may bring a whole one.
  if (isConnectorError(error)) {
    return error.code === errorCodes.responseInvalid ? 'transient' : 'final';
  }
  if (throttlingNames.has(name)) return 'throttled';
  if (expiredNames.has(name)) return 'expired';
  if (skewNames.has(name)) return 'skewed';
  // "Signature expired: … is now earlier than …" and "Signature not yet current": the clock, not the key.
  if (name === 'InvalidSignatureException' && /expired|not yet current/i.test(messageOf(error))) {
    return 'skewed';
  }
  if (transientNames.has(name) || isConnectionError(error)) return 'transient';
  return remedyOfStatus(statusOf(error));
}

/** What a status calls for by itself: AWS always names its errors, what lies on the way to it often does not. */
function remedyOfStatus(status: number): Remedy {
  if (status === 429) return 'throttled';
  const isNoError = status > 0 && status < 400;
  return isNoError || status === 408 || status >= 500 ? 'transient' : 'final';
}

/** True when no answer came at all, not to its end, or garbled: a damaged one may be whole the next time. */
function isConnectionError(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return connectionCodes.has(code) || code.startsWith('HPE_');
}

/** What a call was about, for messages: `{ action: 'dynamodb:Scan', resource: 'table "orders"' }`. */
export interface CallSubject {
  readonly action: string;
  readonly resource: string;
  readonly endpoint: string;
}

/** The error as an operator should read it. What only the caller can judge is handed back as it is. */
export function explain(error: unknown, subject: CallSubject): unknown {
  const name = nameOf(error);
  if (/^AccessDenied(Exception)?$|^NotAuthorized$/.test(name)) {
    const { message, hint } = denialOf(messageOf(error), subject);
    return new ConnectorError(errorCodes.permissionDenied, message, { hint, cause: error });
  }
  if (notSignedUpNames.has(name)) {
    return new ConnectorError(
      errorCodes.credentialsInvalid,
      `The AWS account of the credentials cannot use DynamoDB ${placeOf(subject)}: ${name}: ${messageOf(error)}`,
      {
        hint: 'Complete the sign-up of the account, or enable (opt in to) the region in its settings; that takes effect within hours.',
        cause: error,
      },
    );
  }
  if (rejectedNames.has(name)) {
    return new ConnectorError(
      errorCodes.credentialsInvalid,
      `AWS does not accept the credentials ${placeOf(subject)}: ${messageOf(error)}`,
      {
        hint: 'Check the access key, its secret, and that they belong to this region.',
        cause: error,
      },
    );
  }
  if (name === 'CredentialsProviderError' || fileCodes.has(codeOf(error) ?? '')) {
    return new ConnectorError(
      errorCodes.credentialsInvalid,
      `Cannot find AWS credentials: ${withoutSecrets(messageOf(error))}`,
      {
        hint: 'Set "credentials" in the endpoint configuration, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
        cause: error,
      },
    );
  }
  // Of all headers, only those of the signature have text of the user's in them.
  if (codeOf(error) === 'ERR_INVALID_CHAR') {
    return new ConnectorError(
      errorCodes.credentialsInvalid,
      `The credentials contain a character that no credentials have: ${messageOf(error)}`,
      {
        hint: 'Check the access key for line breaks and for placeholders of an example.',
        cause: error,
      },
    );
  }
  if (expiredNames.has(name)) {
    return new ConnectorError(
      errorCodes.credentialsExpired,
      `The AWS credentials have expired: ${messageOf(error)}`,
      { hint: 'Restart the capture, or supply new credentials.', cause: error },
    );
  }
  return isUnusableConnection(error) ? unreachable(error, placeOf(subject)) : error;
}

/** The same for an answer of AWS that nobody expects, once its callers have judged it: it must not pass for a bug. */
export function refused(error: unknown, subject: CallSubject): unknown {
  const explained = explain(error, subject);
  if (isConnectorError(explained) || statusOf(explained) === 0) return explained;
  return new ConnectorError(
    errorCodes.requestRefused,
    `${subject.endpoint} refuses ${subject.action} on ${subject.resource}: ${nameOf(error)}: ${messageOf(error)}`,
    {
      hint: 'Check "advanced.endpoint" if you have set it; a restart continues from the last checkpoint. If it persists, report it.',
      cause: error,
    },
  );
}

/** True for what does not pass by itself: a certificate that is not trusted, an answer that is not TLS. */
function isUnusableConnection(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return /^(CERT_|DEPTH_ZERO_|EPROTO$|EPROXYAUTH$|ERR_SSL_|ERR_TLS_|SELF_SIGNED_|UNABLE_TO_)/.test(
    code,
  );
}

/** The error when trying again has gone on for too long. */
export function outOfPatience(
  error: unknown,
  subject: CallSubject,
  seconds: number,
): ConnectorError {
  if (isConnectionError(error)) return unreachable(error, placeOf(subject));
  const isInvalid = isConnectorError(error);
  const what = isInvalid ? error.message : `${nameOf(error)}: ${messageOf(error)}`;
  return new ConnectorError(
    isInvalid ? errorCodes.responseInvalid : errorCodes.awsUnavailable,
    `${subject.action} on ${subject.resource} kept failing for ${seconds} s: ${what}`,
    { hint: isInvalid ? (error.hint ?? interferenceHint) : outageHint, cause: error },
  );
}

const outageHint = 'Try again later; a capture continues from its last checkpoint.';
const interferenceHint =
  'Something between here and DynamoDB answers in its place, or alters its responses: check "advanced.endpoint", proxies and portals.';

/** `in region us-east-1`, or `at http://localhost:8000`. */
export function placeOf({ endpoint }: Pick<CallSubject, 'endpoint'>): string {
  return `${endpoint.startsWith('region ') ? 'in' : 'at'} ${endpoint}`;
}

function statusOf(error: unknown): number {
  const status = memberOf(error, 'status');
  return typeof status === 'number' ? status : 0;
}
