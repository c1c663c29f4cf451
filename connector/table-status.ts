/** States of a table in which it cannot be captured, and what to do about each. */

import { ConnectorError, errorCodes } from './errors.ts';

const wait = 'Wait until the table is active, or disable its binding.';
const archived =
  'DynamoDB could not use the KMS key of the table for 7 days and moved it into an on-demand backup: make the key usable again and restore that backup, or disable the binding.';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html */
const remedies: Readonly<Record<string, string>> = {
  CREATING: wait,
  DELETING: 'The table is being deleted: remove or disable its binding.',
  INACCESSIBLE_ENCRYPTION_CREDENTIALS:
    'DynamoDB cannot use the KMS key of the table: enable the key, or restore its policy and grants, within 7 days. After that DynamoDB archives the table.',
  ARCHIVING: archived,
  ARCHIVED: archived,
  REPLICATION_NOT_AUTHORIZED:
    'The global table may not replicate: allow it in the resource-based policies of all its replicas and in their accounts, or disable the binding.',
};

const usable = new Set(['ACTIVE', 'UPDATING']);
/** These do not come back by themselves, nor when somebody puts a permission right. */
const gone = new Set(['DELETING', 'ARCHIVING', 'ARCHIVED']);

/** Throws `table-not-active` where neither scan nor stream would work. */
export function assertActive({ name, status }: { name: string; status: string }): void {
  if (usable.has(status)) return;
  throw new ConnectorError(errorCodes.tableNotActive, `Table "${name}" is ${status}, not ACTIVE`, {
    hint: Object.hasOwn(remedies, status) ? remedies[status] : wait,
  });
}

/** True for a table that is on its way out, or stored away. */
export function isGone(status: string): boolean {
  return gone.has(status);
}
