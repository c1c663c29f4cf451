/** What AWS does not allow, and who has to allow it: its message names the action, and the policy that stood in the way. */

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
interface PolicyKind {
  readonly name: RegExp;
  /** What to do about a Deny in such a policy, and about one that lacks an Allow. */
  readonly denied: (action: string) => string;
  readonly missing: (action: string) => string;
}

const askOrganization = (what: string) => (action: string) =>
  `Ask the administrators of the AWS organization: its ${what} decides on ${action}, and no policy of the account overrides it.`;

const policyKinds: readonly PolicyKind[] = [
  {
    name: /service control polic/i,
    denied: askOrganization('service control policy (SCP)'),
    missing: askOrganization('service control policy (SCP)'),
  },
  {
    name: /resource control polic/i,
    denied: askOrganization('resource control policy (RCP)'),
    missing: askOrganization('resource control policy (RCP)'),
  },
  {
    name: /permissions boundary/i,
    denied: (action) =>
      `Remove the Deny of ${action} from the permissions boundary of the user or role.`,
    missing: (action) =>
      `Allow ${action} in the permissions boundary of the user or role too: the IAM policy alone is not enough.`,
  },
  {
    name: /session polic/i,
    denied: (action) =>
      `Remove the Deny of ${action} from the session policy that the role is assumed with.`,
    missing: (action) => `Allow ${action} in the session policy that the role is assumed with.`,
  },
  {
    name: /vpc endpoint polic/i,
    denied: (action) =>
      `Remove the Deny of ${action} from the policy of the VPC endpoint through which this network reaches AWS.`,
    missing: (action) =>
      `Allow ${action} in the policy of the VPC endpoint through which this network reaches AWS.`,
  },
  {
    name: /resource-based polic/i,
    denied: (action) =>
      `Remove the Deny of ${action} from the resource-based policy of the table or stream.`,
    missing: (action) =>
      `Allow ${action} in the resource-based policy of the table or stream, which belongs to another account, and in the IAM policy of the user or role.`,
  },
];

const identityKind: Omit<PolicyKind, 'name'> = {
  denied: (action) =>
    `Remove the Deny of ${action} from the IAM policies of the user or role: an Allow in addition does not help.`,
  missing: (action) => `Allow ${action} on it in the IAM policy of the user or role.`,
};

/** A key's own policy is needed besides: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html */
const keyKind: Omit<PolicyKind, 'name'> = {
  denied: (action) =>
    `Remove the Deny of ${action} from the key policy of the KMS key that encrypts the table, or from the IAM policies of the user or role.`,
  missing: (action) =>
    `Allow ${action} on the KMS key that encrypts the table: in its key policy, and in the IAM policy of the user or role.`,
};

/** A sentence and its remedy. `said`: AWS's own message. */
export function denialOf(
  said: string,
  { action, resource }: { readonly action: string; readonly resource: string },
): { readonly message: string; readonly hint: string } {
  const isDeny = /explicit deny/i.test(said);
  // The action that is denied need not be the one that was called: a table's items are decrypted, a role is assumed.
  const named = /not authorized to perform:? ([\w-]+:\w+)/i.exec(said)?.[1];
  const isKey = /^kms:/.test(named ?? '') || /\bKMS\b|ciphertext|customer master key/i.test(said);
  const what = named ?? (isKey ? 'kms:Decrypt' : action);
  const stated = policyKinds.find(({ name }) => name.test(said));
  const isKeyPolicy = isKey && (stated === undefined || stated.name.test('resource-based policy'));
  const kind = isKeyPolicy ? keyKind : (stated ?? identityKind);
  const about = what === action ? `on ${resource}` : `which ${action} on ${resource} needs`;
  const comma = what === action ? ' ' : ', ';
  const message = isDeny
    ? `A policy denies ${what}${comma}${about}: ${said}`
    : `Missing permission ${what}${comma}${about}: ${said}`;
  return { message, hint: isDeny ? kind.denied(what) : kind.missing(what) };
}
