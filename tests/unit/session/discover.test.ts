import { describe, expect, test } from '@jest/globals';
import { ConnectorError } from '../../../connector/errors.ts';
import { documentSchema } from '../../../connector/discovery/discovery.ts';
import { discover } from '../../../connector/session/discover.ts';
import { fakeAws, recordingLog, rejectionOf, tableNamed } from '../discovery/fake-aws.ts';

const signal = new AbortController().signal;
const config = {
  region: 'us-east-1',
  historyMode: false,
  createdAt: '',
  tableFilter: { include: [] as string[], exclude: [] as string[] },
};
const enable = (name: string) =>
  `Run: aws dynamodb update-table --table-name ${name} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES`;

describe('discover()', () => {
  test.each([false, true])('binds tables by name, with history mode %s', async (historyMode) => {
    const names = ['b', 'a.2', 'B', 'a'];
    const aws = fakeAws({ tables: names.map((name) => tableNamed(name)) });
    const got = await discover(aws, { ...config, historyMode }, recordingLog().log, signal);
    const bindings = ['B', 'a', 'a.2', 'b'].map((name) => ({
      recommendedName: name,
      resourceConfig: { table: name },
      documentSchema: documentSchema(tableNamed(name), { historyMode }),
      key: ['/id'],
      disable: false,
      resourcePath: [name],
    }));
    expect(got).toEqual({ kind: 'discovered', bindings });
  });

  test('logs each table that cannot be captured', async () => {
    const { log, lines } = recordingLog();
    const aws = fakeAws({
      tables: [tableNamed('a'), tableNamed('b', { stream: undefined })],
    });
    const { bindings } = await discover(aws, config, log, signal);
    expect(bindings.map(({ recommendedName }) => recommendedName)).toEqual(['a']);
    const fields = { table: 'b', reason: 'Table "b" has no stream enabled', remedy: enable('b') };
    expect(lines).toEqual([['warn', 'A table cannot be captured', fields]]);
  });

  test('keeps the binding of a table whose state may pass, and logs the state', async () => {
    const { log, lines } = recordingLog();
    const status = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';
    const aws = fakeAws({
      tables: [
        tableNamed('locked', { status }),
        tableNamed('locked-and-streamless', { status, stream: undefined }),
        tableNamed('archived', { status: 'ARCHIVED' }),
      ],
    });
    const { bindings } = await discover(aws, config, log, signal);
    expect(bindings.map(({ recommendedName }) => recommendedName)).toEqual(['locked']);
    expect(lines.length).toBe(3);
  });

  test('throws when there is no table at all', async () => {
    const got = await rejectionOf(
      discover(fakeAws({ tables: [] }), config, recordingLog().log, signal),
    );
    const want = {
      code: 'nothing-to-capture',
      message:
        'Found no table in region us-east-1: the tables may be in another region, or in another account than that of the credentials',
      hint: 'Check "region" and "credentials" in the endpoint configuration.',
    };
    expect(got).toEqual(want);
  });

  test('throws when no table can be captured, and lists twenty of them', async () => {
    const names = Array.from({ length: 22 }, (_, index) => `t${index}`);
    const aws = fakeAws({
      tables: names.map((name) => tableNamed(name, { stream: undefined })),
    });
    const got = await rejectionOf(discover(aws, config, recordingLog().log, signal));
    const message = [
      'Found no table to capture in region us-east-1: turn on a stream with new and old images for each table to capture, or check "region" and "credentials" if these are not the tables you mean:',
      ...names
        .slice(0, 20)
        .map((name) => `- Table "${name}" has no stream enabled. ${enable(name)}`),
      '- and 2 more',
    ].join('\n');
    expect(got).toEqual({ code: 'nothing-to-capture', message, hint: undefined });
  });

  test('binds what it can, where one table is refused', async () => {
    const { log, lines } = recordingLog();
    const denied = new ConnectorError('permission-denied', 'You may not', { hint: 'Ask.' });
    const aws = fakeAws({
      tables: [tableNamed('a'), tableNamed('b'), tableNamed('c')],
      failures: { describeTable: [undefined, denied, undefined] },
    });
    const { bindings } = await discover(aws, config, log, signal);
    expect(bindings.map(({ recommendedName }) => recommendedName)).toEqual(['a', 'c']);
    const fields = { table: 'b', reason: 'You may not', remedy: 'Ask.' };
    expect(lines).toEqual([['warn', 'A table cannot be captured', fields]]);
  });

  // Flow removes the bindings of tables that the answer leaves out.
  test('fails where a capture that exists may have bound what cannot be described', async () => {
    const denied = (table: string) =>
      new ConnectorError('permission-denied', `You may not describe "${table}"`, { hint: 'Ask.' });
    const aws = fakeAws({
      tables: ['a', 'b', 'c'].map((name) => tableNamed(name)),
      failures: { describeTable: [denied('a'), undefined, denied('c')] },
    });
    const existing = { ...config, createdAt: '2026-08-21' };
    expect(await rejectionOf(discover(aws, existing, recordingLog().log, signal))).toEqual({
      code: 'permission-denied',
      message: [
        'Cannot describe 2 of 3 tables in region us-east-1, and Flow would remove their bindings if they were left out:',
        '- You may not describe "a". Ask.',
        '- You may not describe "c". Ask.',
      ].join('\n'),
      hint: 'To leave a table out, add its name to "exclude" in "advanced.tableFilter".',
    });
  });

  test('fails where AWS does not tell of a table for now, in any capture', async () => {
    const unavailable = new ConnectorError('aws-unavailable', 'AWS fails', { hint: 'Later.' });
    const aws = fakeAws({
      tables: [tableNamed('a'), tableNamed('b')],
      failures: { describeTable: [undefined, unavailable] },
    });
    const got = await rejectionOf(discover(aws, config, recordingLog().log, signal));
    expect(got).toMatchObject({ code: 'aws-unavailable' });
  });

  test('leaves out what the filter excludes, whether it can be described or not', async () => {
    const denied = new ConnectorError('permission-denied', 'You may not');
    const aws = fakeAws({
      tables: [tableNamed('a'), tableNamed('b')],
      failures: { describeTable: [undefined, denied] },
    });
    const tableFilter = { include: [], exclude: ['b'] };
    const excluding = { ...config, createdAt: '2026-08-21', tableFilter };
    const { bindings } = await discover(aws, excluding, recordingLog().log, signal);
    expect(bindings.map(({ recommendedName }) => recommendedName)).toEqual(['a']);
  });

  test('says that the filter leaves everything out', async () => {
    const aws = fakeAws({ tables: [tableNamed('a'), tableNamed('b')] });
    const hiding = { ...config, tableFilter: { include: ['x*'], exclude: [] } };
    const got = await rejectionOf(discover(aws, hiding, recordingLog().log, signal));
    expect(got).toEqual({
      code: 'nothing-to-capture',
      message: 'Found no table in region us-east-1, besides 2 that "advanced.tableFilter" excludes',
      hint: 'Check the patterns of "advanced.tableFilter".',
    });
  });
});
