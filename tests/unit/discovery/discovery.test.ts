import { describe, expect, test } from '@jest/globals';
import { AwsError } from '../../../connector/aws/aws.ts';
import { discoverTables } from '../../../connector/discovery/discovery.ts';
import { fakeAws, recordingLog, rejectionOf, streamOf, tableNamed } from './fake-aws.ts';

const signal = new AbortController().signal;
const enable = (name: string) =>
  `aws dynamodb update-table --table-name ${name} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES`;

describe('discoverTables()', () => {
  test('tells tables that can be captured from those that cannot, with what mends these', async () => {
    const both = tableNamed('both');
    const onlyNew = tableNamed('new', { stream: streamOf('new', 'NEW_IMAGE') });
    const none = tableNamed('none', { stream: undefined });
    const keys = tableNamed('keys', { stream: streamOf('keys', 'KEYS_ONLY') });
    const leaving = tableNamed('leaving', { status: 'DELETING' });
    const locked = tableNamed('locked', { status: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS' });
    const { tables } = fakeAws({ tables: [both, onlyNew, none, keys, leaving, locked] });

    const got = await discoverTables(tables, recordingLog().log, signal);

    const want = {
      usable: [both, onlyNew, locked],
      unusable: [
        {
          table: none,
          code: 'stream-unusable',
          reason: 'Table "none" has no stream enabled',
          remedy: `Run: ${enable('none')}`,
        },
        {
          table: keys,
          code: 'stream-unusable',
          reason: 'The stream of table "keys" has view type KEYS_ONLY, which carries no new images',
          remedy: `Run: aws dynamodb update-table --table-name keys --stream-specification StreamEnabled=false, wait until the table is ACTIVE, then: ${enable('keys')}`,
        },
        {
          table: leaving,
          code: 'table-not-active',
          reason: 'Table "leaving" is DELETING, not ACTIVE',
          remedy: 'Wait until the table is active, or disable its binding.',
        },
      ],
    };
    expect(got).toEqual(want);
  });

  test('leaves out a table that was dropped meanwhile, and logs it', async () => {
    const { log, lines } = recordingLog();
    const { tables } = fakeAws({ tables: [tableNamed('kept')], dropped: ['gone'] });
    const got = await discoverTables(tables, log, signal);
    expect(got).toEqual({ usable: [tableNamed('kept')], unusable: [] });
    expect(lines).toEqual([['info', 'A table was dropped during discovery', { table: 'gone' }]]);
  });

  test('fails when one table cannot be described', async () => {
    const failure = new AwsError('InternalServerError', 'try later', 500);
    const failures = { describeTable: [undefined, failure] };
    const { tables } = fakeAws({ tables: [tableNamed('a'), tableNamed('b')], failures });
    const got = await rejectionOf(discoverTables(tables, recordingLog().log, signal));
    expect(got).toBe(failure);
  });

  test('describes at most eight tables at once, and every one', async () => {
    let runningCount = 0;
    let runningCountMax = 0;
    const names = Array.from({ length: 100 }, (_, index) => `table-${index}`);
    const { tables } = fakeAws({ tables: names.map((name) => tableNamed(name)) });
    const describeTable = async (name: string, signal: AbortSignal) => {
      runningCount += 1;
      runningCountMax = Math.max(runningCountMax, runningCount);
      const table = await tables.describeTable(name, signal);
      runningCount -= 1;
      return table;
    };
    const api = { ...tables, describeTable };
    const { usable } = await discoverTables(api, recordingLog().log, signal);
    expect(usable.map(({ name }) => name)).toEqual(names);
    expect(runningCountMax).toBe(8);
  });
});
