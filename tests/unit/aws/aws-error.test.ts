import { describe, expect, test } from '@jest/globals';
import {
  explain,
  outOfPatience,
  refused,
  remedyOf,
  AwsError,
} from '../../../connector/aws/aws-error.ts';
import { ConnectorError, errorCodes } from '../../../connector/errors.ts';
import { connectionError, subject } from './retry-context.ts';

const aws = (name: string, status = 400, message = 'said') => new AwsError(name, message, status);

describe('remedyOf()', () => {
  test.each([
    ['throttled', aws('ProvisionedThroughputExceededException')],
    ['throttled', aws('ThrottlingException')],
    ['throttled', aws('RequestLimitExceeded')],
    ['throttled', aws('LimitExceededException')],
    ['throttled', aws('SlowDown', 503)],
    ['transient', aws('InternalServerError', 500)],
    ['transient', aws('UnknownError', 502)],
    ['transient', aws('ChecksumMismatch', 200)],
    ['transient', aws('UnknownError', 408)],
    ['throttled', aws('UnknownError', 429)],
    ['transient', connectionError('HPE_INVALID')],
    ['transient', connectionError('EPROXY')],
    ['final', connectionError('EPROXYAUTH')],
    ['transient', connectionError('ECONNRESET')],
    ['transient', connectionError('ETIMEDOUT')],
    ['transient', connectionError('ENOTFOUND')],
    ['transient', new ConnectorError(errorCodes.responseInvalid, 'not JSON')],
    ['skewed', aws('RequestTimeTooSkewed', 403)],
    ['skewed', aws('InvalidSignatureException', 400, 'Signature expired: 1 is now earlier than 2')],
    ['skewed', aws('InvalidSignatureException', 400, 'Signature not yet current: 3')],
    ['expired', aws('ExpiredTokenException')],
    ['final', aws('InvalidSignatureException', 400, 'The signature does not match')],
    ['final', aws('UnknownError', 400)],
    ['final', aws('AccessDeniedException')],
    ['final', aws('ValidationException')],
    ['final', aws('ResourceNotFoundException')],
    ['final', new ConnectorError(errorCodes.outputClosed, 'gone')],
    ['final', new TypeError('a bug')],
    ['final', undefined],
  ])('is %s for %s', (want, error) => {
    expect(remedyOf(error)).toBe(want);
  });
});

const told = (error: unknown) => {
  const { code, message, hint } = error as ConnectorError;
  return { code, message, hint };
};

describe('explain()', () => {
  test.each([
    [
      aws('AccessDeniedException'),
      'permission-denied',
      'Missing permission dynamodb:Scan on table "orders": said',
      'Allow dynamodb:Scan on it in the IAM policy of the user or role.',
    ],
    [
      aws('SubscriptionRequiredException'),
      'credentials-invalid',
      'The AWS account of the credentials cannot use DynamoDB in region us-east-1: SubscriptionRequiredException: said',
      'Complete the sign-up of the account, or enable (opt in to) the region in its settings; that takes effect within hours.',
    ],
    [
      aws('OptInRequired', 403),
      'credentials-invalid',
      'The AWS account of the credentials cannot use DynamoDB in region us-east-1: OptInRequired: said',
      'Complete the sign-up of the account, or enable (opt in to) the region in its settings; that takes effect within hours.',
    ],
    [
      aws('InvalidClientTokenId'),
      'credentials-invalid',
      'AWS does not accept the credentials in region us-east-1: said',
      'Check the access key, its secret, and that they belong to this region.',
    ],
    [
      Object.assign(new Error('Could not load'), { name: 'CredentialsProviderError' }),
      'credentials-invalid',
      'Cannot find AWS credentials: Could not load',
      'Set "credentials" in the endpoint configuration, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    ],
    [
      Object.assign(new Error("ENOENT: no such file, open 'token'"), { code: 'ENOENT' }),
      'credentials-invalid',
      "Cannot find AWS credentials: ENOENT: no such file, open 'token'",
      'Set "credentials" in the endpoint configuration, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    ],
    [
      Object.assign(new Error('Invalid character'), { code: 'ERR_INVALID_CHAR' }),
      'credentials-invalid',
      'The credentials contain a character that no credentials have: Invalid character',
      'Check the access key for line breaks and for placeholders of an example.',
    ],
    [
      aws('ExpiredToken'),
      'credentials-expired',
      'The AWS credentials have expired: said',
      'Restart the capture, or supply new credentials.',
    ],
    [
      connectionError('DEPTH_ZERO_SELF_SIGNED_CERT'),
      'endpoint-unreachable',
      'Cannot reach DynamoDB in region us-east-1: no: DEPTH_ZERO_SELF_SIGNED_CERT',
      'If a proxy or a server of your own answers there, name the file of its certificate authority in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS.',
    ],
    [
      connectionError('EPROXYAUTH'),
      'endpoint-unreachable',
      'Cannot reach DynamoDB in region us-east-1: no: EPROXYAUTH',
      'Write them into its URL, for instance HTTPS_PROXY=http://user:password@proxy:3128.',
    ],
    [
      connectionError('EPROTO'),
      'endpoint-unreachable',
      'Cannot reach DynamoDB in region us-east-1: no: EPROTO',
      'Check "region" and "advanced.endpoint", and that this network reaches it.',
    ],
  ])('says what to do about %s', (error, code, message, hint) => {
    expect(told(explain(error, subject))).toEqual({ code, message, hint });
  });

  test('hands back what the caller has to judge', () => {
    const error = aws('TrimmedDataAccessException');
    expect(explain(error, subject)).toBe(error);
  });
});

describe('refused()', () => {
  test('tells an answer that nobody expects', () => {
    expect(told(refused(aws('ValidationException'), subject))).toEqual({
      code: 'request-refused',
      message:
        'region us-east-1 refuses dynamodb:Scan on table "orders": ValidationException: said',
      hint: 'Check "advanced.endpoint" if you have set it; a restart continues from the last checkpoint. If it persists, report it.',
    });
  });

  test('tells what else it knows as before', () => {
    expect(told(refused(aws('ExpiredToken'), subject)).code).toBe('credentials-expired');
  });

  test.each([new TypeError('a bug'), new Error('aborted'), undefined])('leaves %s', (error) => {
    expect(refused(error, subject)).toBe(error);
  });
});

describe('outOfPatience()', () => {
  test.each([
    [
      connectionError('ETIMEDOUT'),
      'endpoint-unreachable',
      'Cannot reach DynamoDB in region us-east-1: no: ETIMEDOUT',
      'Check "region" and "advanced.endpoint", and that this network reaches it.',
    ],
    [
      aws('InternalServerError', 500),
      'aws-unavailable',
      'dynamodb:Scan on table "orders" kept failing for 300 s: InternalServerError: said',
      'Try again later; a capture continues from its last checkpoint.',
    ],
  ])('tells %s', (error, code, message, hint) => {
    expect(told(outOfPatience(error, subject, 300))).toEqual({ code, message, hint });
  });
});
