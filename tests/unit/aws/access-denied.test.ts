import { describe, expect, test } from '@jest/globals';
import { denialOf } from '../../../connector/aws/access-denied.ts';

const subject = { action: 'dynamodb:Scan', resource: 'table "orders"' };
const user = 'User: arn:aws:iam::111122223333:user/flow is not authorized to perform: ';
const scan = `${user}dynamodb:Scan on resource: arn:aws:dynamodb:us-east-1:111122223333:table/orders `;
const decrypt = `${user}kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:key/1 `;
const missing = 'Missing permission dynamodb:Scan on table "orders"';
const denied = 'A policy denies dynamodb:Scan on table "orders"';
const key = 'Missing permission kms:Decrypt, which dynamodb:Scan on table "orders" needs';

describe('denialOf()', () => {
  test.each([
    [
      `${scan}because no identity-based policy allows the dynamodb:Scan action`,
      missing,
      'Allow dynamodb:Scan on it in the IAM policy of the user or role.',
    ],
    ['Access denied', missing, 'Allow dynamodb:Scan on it in the IAM policy of the user or role.'],
    [
      `${scan}with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/no`,
      denied,
      'Remove the Deny of dynamodb:Scan from the IAM policies of the user or role: an Allow in addition does not help.',
    ],
    [
      `${scan}with an explicit deny`,
      denied,
      'Remove the Deny of dynamodb:Scan from the IAM policies of the user or role: an Allow in addition does not help.',
    ],
    [
      `${scan}with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p`,
      denied,
      'Ask the administrators of the AWS organization: its service control policy (SCP) decides on dynamodb:Scan, and no policy of the account overrides it.',
    ],
    [
      `${scan}because no service control policy allows the dynamodb:Scan action`,
      missing,
      'Ask the administrators of the AWS organization: its service control policy (SCP) decides on dynamodb:Scan, and no policy of the account overrides it.',
    ],
    [
      `${scan}with an explicit deny in a resource control policy`,
      denied,
      'Ask the administrators of the AWS organization: its resource control policy (RCP) decides on dynamodb:Scan, and no policy of the account overrides it.',
    ],
    [
      `${scan}because no permissions boundary allows the dynamodb:Scan action`,
      missing,
      'Allow dynamodb:Scan in the permissions boundary of the user or role too: the IAM policy alone is not enough.',
    ],
    [
      `${scan}with an explicit deny in a permissions boundary`,
      denied,
      'Remove the Deny of dynamodb:Scan from the permissions boundary of the user or role.',
    ],
    [
      `${scan}because no session policy allows the dynamodb:Scan action`,
      missing,
      'Allow dynamodb:Scan in the session policy that the role is assumed with.',
    ],
    [
      `${scan}because no resource-based policy allows the dynamodb:Scan action`,
      missing,
      'Allow dynamodb:Scan in the resource-based policy of the table or stream, which belongs to another account, and in the IAM policy of the user or role.',
    ],
    [
      `${scan}with an explicit deny in a resource-based policy`,
      denied,
      'Remove the Deny of dynamodb:Scan from the resource-based policy of the table or stream.',
    ],
    [
      `${scan}because no VPC endpoint policy allows the dynamodb:Scan action`,
      missing,
      'Allow dynamodb:Scan in the policy of the VPC endpoint through which this network reaches AWS.',
    ],
    [
      `${decrypt}because no identity-based policy allows the kms:Decrypt action`,
      key,
      'Allow kms:Decrypt on the KMS key that encrypts the table: in its key policy, and in the IAM policy of the user or role.',
    ],
    [
      `${decrypt}with an explicit deny in a service control policy`,
      'A policy denies kms:Decrypt, which dynamodb:Scan on table "orders" needs',
      'Ask the administrators of the AWS organization: its service control policy (SCP) decides on kms:Decrypt, and no policy of the account overrides it.',
    ],
    [
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
      key,
      'Allow kms:Decrypt on the KMS key that encrypts the table: in its key policy, and in the IAM policy of the user or role.',
    ],
    [
      `${user}sts:AssumeRole on resource: arn:aws:iam::111122223333:role/reader`,
      'Missing permission sts:AssumeRole, which dynamodb:Scan on table "orders" needs',
      'Allow sts:AssumeRole on it in the IAM policy of the user or role.',
    ],
  ])('%s', (said, message, hint) => {
    expect(denialOf(said, subject)).toEqual({ message: `${message}: ${said}`, hint });
  });
});
