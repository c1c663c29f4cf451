import { describe, expect, test } from '@jest/globals';
import { discoverTables } from '../../connector/discovery/discovery.ts';
import { checkBindings } from '../../connector/session/check-bindings.ts';
import { fakeAws, recordingLog, tableNamed } from './discovery/fake-aws.ts';

const signal = new AbortController().signal;
const wait = 'Wait until the table is active, or disable its binding.';
const archived =
  'DynamoDB could not use the KMS key of the table for 7 days and moved it into an on-demand backup: make the key usable again and restore that backup, or disable the binding.';

describe('discovery and validation say the same', () => {
  test.each([
    ['ACTIVE', undefined],
    ['UPDATING', undefined],
    ['CREATING', wait],
    ['SOMETHING_NEW', wait],
    ['DELETING', 'The table is being deleted: remove or disable its binding.'],
    ['ARCHIVING', archived],
    ['ARCHIVED', archived],
    [
      'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
      'DynamoDB cannot use the KMS key of the table: enable the key, or restore its policy and grants, within 7 days. After that DynamoDB archives the table.',
    ],
    [
      'REPLICATION_NOT_AUTHORIZED',
      'The global table may not replicate: allow it in the resource-based policies of all its replicas and in their accounts, or disable the binding.',
    ],
  ])('of a table that is %s', async (status, remedy) => {
    const aws = fakeAws({ tables: [tableNamed('orders', { status })] });
    const all = { filter: { include: [], exclude: [] }, bound: [] };
    const { tables } = await discoverTables(aws.tables, all, recordingLog().log, signal);
    const bindings = [{ table: 'orders', rcuAllocation: undefined }];
    const [check] = await checkBindings(bindings, aws, signal);
    const want =
      remedy === undefined
        ? []
        : [['table-not-active', `Table "orders" is ${status}, not ACTIVE`, remedy]];
    expect(
      tables.flatMap(({ obstacle }) =>
        obstacle === undefined ? [] : [[obstacle.code, obstacle.reason, obstacle.remedy]],
      ),
    ).toEqual(want);
    expect(check?.problems.map(({ code, message, hint }) => [code, message, hint])).toEqual(want);
  });
});
