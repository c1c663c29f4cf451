import { describe, expect, test } from '@jest/globals';
import { withoutSecrets } from '../../../connector/aws/secrets.ts';
import { awsAt } from './aws-over.ts';
import { never } from './retry-context.ts';

const accessKeyId = 'ASIAQWERTYUIOPASDFGH';
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const sessionToken = 'IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==';
const identity = { accessKeyId, secretAccessKey, sessionToken };

describe('withoutSecrets()', () => {
  test.each([
    ['Nothing secret here', 'Nothing secret here'],
    [`Token ${sessionToken} is invalid`, 'Token (session-token) is invalid'],
    [`Token ${sessionToken.slice(0, 30)}… is invalid`, 'Token (session-token)… is invalid'],
    [`token=${encodeURIComponent(sessionToken)}&a=b`, 'token=(session-token)&a=b'],
    [`Key ${accessKeyId}, secret ${secretAccessKey}.`, 'Key (access-key), secret (secret-key).'],
    [
      'Credential=AKIAOTHERSKEY0000000/20260821/us-east-1, Signature=0123abcd',
      'Credential=(access-key)/20260821/us-east-1, Signature=(signature)',
    ],
    [
      "'x-amz-security-token:FwoGZXIvYXdz\nhost:x'",
      "'x-amz-security-token:(session-token)\nhost:x'",
    ],
    ['Bearer eyJhbGciOi.eyJzdWIi.c2lnbg', 'Bearer (token)'],
    ['x'.repeat(2000), `${'x'.repeat(1000)} …`],
  ])('%j', (text, want) => {
    expect(withoutSecrets(text, identity)).toBe(want);
  });

  test('leaves words that an emulator takes for keys', () => {
    const local = { accessKeyId: 'local', secretAccessKey: 'test' };
    expect(withoutSecrets('The local test failed', local)).toBe('The local test failed');
  });
});

test('no message has what a server echoes of the request', async () => {
  const credentials = {
    auth_type: 'AWSIAM',
    aws_role_arn: 'arn:aws:iam::111122223333:role/reader',
    aws_region: 'us-east-1',
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token: sessionToken,
  };
  const message = `Credential=${accessKeyId}/x, x-amz-security-token:${sessionToken} is not valid`;
  const { call } = await awsAt({ credentials }, [
    400,
    { __type: 'x#IncompleteSignature', message },
  ]);
  expect(await call((aws) => aws.tables.listTables(never))).toEqual({
    name: 'ConnectorError',
    code: 'credentials-invalid',
    message:
      'AWS does not accept the credentials in region us-east-1: ' +
      'Credential=(access-key)/x, x-amz-security-token:(session-token) is not valid',
  });
});
