import { describe, expect, test } from '@jest/globals';
import {
  parseEndpointConfig,
  parseResourceConfig,
  parseResourceConfigs,
} from '../../../connector/config/config.ts';
import { messageOf } from '../../../connector/errors.ts';

const defaults = {
  region: 'us-east-1',
  credentials: { kind: 'default-chain' },
  endpoint: undefined,
  backfillSegments: undefined,
  scanLimit: undefined,
  idleBackoffMaxMs: 1000,
  historyMode: false,
  onDataLoss: 'fail',
  exportTarget: undefined,
  tableFilter: { include: [], exclude: [] },
  numbers: 'exact',
  beforeImages: true,
  ttlDeletes: 'capture',
};
const region = 'us-east-1';
const accessKey = { auth_type: 'AWSAccessKey', aws_access_key_id: 'A', aws_secret_access_key: 'S' };
const role = { auth_type: 'AWSIAM', aws_region: 'us-east-1', aws_role_arn: 'arn:role' };
const tokens = { aws_access_key_id: 'A', aws_secret_access_key: 'S', aws_session_token: 'T' };

function messageFrom(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConnectorError', code: 'config-invalid' });
    return messageOf(error);
  }
  return 'no error';
}

describe('parseEndpointConfig()', () => {
  test.each<[string, object, object]>([
    ['nothing but the region', {}, {}],
    ['access key', { credentials: accessKey }, { credentials: accessKeyOf('A', 'S') }],
    [
      'access key beside leftovers of another form',
      { credentials: { ...accessKey, aws_region: 'x' }, awsAccessKeyId: 'B' },
      { credentials: accessKeyOf('A', 'S') },
    ],
    [
      'role with the tokens that Flow adds',
      { credentials: { ...role, ...tokens } },
      {
        credentials: {
          kind: 'session',
          accessKeyId: 'A',
          secretAccessKey: 'S',
          sessionToken: 'T',
        },
      },
    ],
    [
      'keys at the root, as once was',
      { awsAccessKeyId: 'A', awsSecretAccessKey: 'S' },
      { credentials: accessKeyOf('A', 'S') },
    ],
    [
      'all options',
      {
        advanced: {
          backfillSegments: 1_000_000,
          scanLimit: 7,
          endpoint: 'http://localhost:8000',
          idleBackoffMax: '1m30s',
          historyMode: true,
          onDataLoss: 'backfill',
          tableFilter: { include: [' shop-*', ''], exclude: ['*-test'] },
          numbers: 'double',
          beforeImages: false,
          ttlDeletes: 'ignore',
        },
      },
      {
        backfillSegments: 1_000_000,
        scanLimit: 7,
        endpoint: 'http://localhost:8000',
        idleBackoffMaxMs: 90_000,
        historyMode: true,
        onDataLoss: 'backfill',
        tableFilter: { include: ['shop-*'], exclude: ['*-test'] },
        numbers: 'double',
        beforeImages: false,
        ttlDeletes: 'ignore',
      },
    ],
    [
      'a repair',
      {
        region,
        advanced: { onDataLoss: 'repair', exportBucket: 'b-1', exportPrefix: 'a/b/' },
      },
      {
        onDataLoss: 'repair',
        exportTarget: { bucket: 'b-1', prefix: 'a/b', bucketOwner: undefined },
      },
    ],
    [
      'fields that a form left empty',
      {
        credentials: null,
        awsAccessKeyId: '',
        awsSecretAccessKey: '',
        advanced: { backfillSegments: null, scanLimit: 0, endpoint: '', idleBackoffMax: '' },
      },
      {},
    ],
    [
      'blanks around what was pasted',
      {
        region: ' us-east-1\n',
        credentials: { ...accessKey, aws_access_key_id: ' A', aws_secret_access_key: 'S\u00a0' },
        advanced: { endpoint: '\thttps://host ', idleBackoffMax: ' 2s' },
      },
      { credentials: accessKeyOf('A', 'S'), endpoint: 'https://host', idleBackoffMaxMs: 2000 },
    ],
    [
      'names in any letter case, as Go does',
      {
        region: null,
        Region: 'us-east-1',
        Credentials: {
          Auth_Type: 'AWSAccessKey',
          AWS_Access_Key_ID: 'A',
          aws_secret_access_key: 'S',
        },
        ADVANCED: { scanlimit: 7 },
      },
      { credentials: accessKeyOf('A', 'S'), scanLimit: 7 },
    ],
    [
      'a leftover of another form that is not valid there',
      { credentials: { ...accessKey, aws_region: 'not a region' } },
      { credentials: accessKeyOf('A', 'S') },
    ],
    ['zero segments', { advanced: { backfillSegments: 0 } }, {}],
    ['what sops adds', { sops: { mac: 'x' }, region_sops: 'x' }, {}],
    ['names of `Object.prototype`', JSON.parse('{"__proto__":1,"constructor":2}') as object, {}],
  ])('takes %s', (_, given, want) => {
    const got = parseEndpointConfig({ region, ...given });
    expect(got).toEqual({ ...defaults, ...want });
  });

  test.each([
    ['1s', 1000],
    ['+2s', 2000],
    ['1.5s', 1500],
    ['.5s', 500],
    ['500ms', 500],
    ['1m0.5s', 60_500],
    ['300000000ns', 300],
    ['300000us', 300],
    ['300000µs', 300],
    ['300000μs', 300],
    ['0', 1000],
    ['0s', 1000],
    ['1ms', 200],
    ['10m', 600_000],
    ['1h', 600_000],
  ])('takes the idle backoff %s as %d ms', (idleBackoffMax, want) => {
    const got = parseEndpointConfig({ region, advanced: { idleBackoffMax } }).idleBackoffMaxMs;
    expect(got).toBe(want);
  });

  const place = 'in the endpoint configuration';
  test.each<[unknown, string]>([
    [null, 'The endpoint configuration must be an object, not null'],
    [[], 'The endpoint configuration must be an object, not a list'],
    [{}, `Missing property "region" ${place}`],
    [{ region: '' }, `Missing property "region" ${place}`],
    [{ region: 5 }, `Property "region" ${place} must be a string, not a number`],
    [
      { region: 'us east 1' },
      `Property "region" ${place} is "us east 1", which is not the name of a region; write it like "us-east-1"`,
    ],
    [{ region: '  ' }, `Missing property "region" ${place}`],
    [
      { region, credentials: { ...accessKey, aws_secret_access_key: 'half and half' } },
      `Property "credentials.aws_secret_access_key" ${place} has a space, a line break or another character that AWS keys do not have; copy it again`,
    ],
    [
      { region, awsAccessKeyId: 'A\u200b', awsSecretAccessKey: 'S' },
      `Property "awsAccessKeyId" ${place} has a space, a line break or another character that AWS keys do not have; copy it again`,
    ],
    [
      { region, credentials: { ...role, ...tokens, aws_region: '/' } },
      `Property "credentials.aws_region" ${place} is "/", which is not the name of a region; write it like "us-east-1"`,
    ],
    [{ regoin: 'us-east-1' }, `Unknown property "regoin" ${place}; did you mean "region"?`],
    [
      { region, historyMode: true },
      `Unknown property "historyMode" ${place}; did you mean "advanced.historyMode"?`,
    ],
    [
      { region, advanced: { scanLimits: 1 } },
      `Unknown property "advanced.scanLimits" ${place}; did you mean "advanced.scanLimit"?`,
    ],
    [
      { region, advanced: { scan_limit: 1 } },
      `Unknown property "advanced.scan_limit" ${place}; did you mean "advanced.scanLimit"?`,
    ],
    [{ region, advanced: { toString: 1 } }, `Unknown property "advanced.toString" ${place}`],
    [
      { region, advanced: { backfillSegments: 1_000_001 } },
      `Property "advanced.backfillSegments" ${place} must be at most 1000000, not 1000001`,
    ],
    [
      { region, advanced: { backfillSegments: 1.5 } },
      `Property "advanced.backfillSegments" ${place} must be a whole number, not 1.5`,
    ],
    [
      { region, advanced: { scanLimit: -1 } },
      `Property "advanced.scanLimit" ${place} must be at least 0, not -1`,
    ],
    [
      { region, advanced: { historyMode: 'yes' } },
      `Property "advanced.historyMode" ${place} must be true or false, not a string`,
    ],
    [
      { region, advanced: { onDataLoss: 'repair' } },
      `Missing property "advanced.exportBucket" ${place}: "advanced.onDataLoss" is "repair", which needs a bucket for exports`,
    ],
    [
      { region, advanced: { exportBucketOwner: '12' } },
      `Property "advanced.exportBucketOwner" ${place} is "12", which is not the ID of an account; it has 12 digits`,
    ],
    [
      { region, advanced: { numbers: 'float' } },
      `Property "advanced.numbers" ${place} must be "exact" or "double" or "string", not "float"`,
    ],
    [
      { region, advanced: { onDataLoss: 'ignore' } },
      `Property "advanced.onDataLoss" ${place} must be "fail" or "backfill" or "repair" or "repair-or-backfill", not "ignore"`,
    ],
    [
      { region, credentials: {} },
      `Missing property "credentials.auth_type" ${place}; it must be "AWSAccessKey" or "AWSIAM"`,
    ],
    [
      { region, credentials: { auth_type: 'Token' } },
      `Property "credentials.auth_type" ${place} must be "AWSAccessKey" or "AWSIAM", not "Token"`,
    ],
    [
      { region, credentials: { ...accessKey, aws_secret_access_key: 5 } },
      `Property "credentials.aws_secret_access_key" ${place} must be a string, not a number`,
    ],
    [{ region, awsAccessKeyId: 'A' }, `Missing property "awsSecretAccessKey" ${place}`],
    [{ region, awsSecretAccessKey: 'S' }, `Missing property "awsAccessKeyId" ${place}`],
    [
      { region, credentials: role },
      `Property "credentials" ${place} names the role "arn:role", but there are no tokens for it: ` +
        "a Flow data plane supplies them for a role that trusts the data plane's identity provider and " +
        'allows sessions of 12 hours (MaxSessionDuration 43200); in a local run use an access key, or ' +
        'leave out "credentials"',
    ],
  ])('refuses %j', (given, want) => {
    expect(messageFrom(() => parseEndpointConfig(given))).toBe(want);
  });

  test.each([
    ['https://host', 'https://host'],
    ['https://host/', 'https://host'],
    ['HTTPS://Host:443', 'https://host'],
    ['https://host/a/path/', 'https://host/a/path'],
    ['dynamodb.eu-west-1.amazonaws.com', 'https://dynamodb.eu-west-1.amazonaws.com'],
    ['host:8000/path', 'https://host:8000/path'],
    ['localhost:8000', 'http://localhost:8000'],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['[::1]:8000', 'http://[::1]:8000'],
    ['localhost.example', 'https://localhost.example'],
  ])('takes the endpoint %s as %s', (endpoint, want) => {
    expect(parseEndpointConfig({ region, advanced: { endpoint } }).endpoint).toBe(want);
  });

  test.each([
    ['ftp://host', 'ftp://host'],
    ['https://user:secret@host', 'https://…@host'],
    ['user:secret@host', 'user:secret@host'],
    ['http://h?q', 'http://h?q'],
    ['two words', 'two words'],
    ['http://', 'http://'],
    ['https:\\\\host', 'https:\\\\host'],
  ])('refuses the endpoint %s', (endpoint, shown) => {
    const got = messageFrom(() => parseEndpointConfig({ region, advanced: { endpoint } }));
    expect(got).toBe(
      `Property "advanced.endpoint" ${place} is ${JSON.stringify(shown)}, which is not the URL of a server; write it like "https://dynamodb.us-east-1.amazonaws.com"`,
    );
  });

  test.each(['5', '1', 's', '1 s', '1d', '-1s', 'PT1S', '.s'])(
    'refuses the duration %j',
    (idleBackoffMax) => {
      const got = messageFrom(() => parseEndpointConfig({ region, advanced: { idleBackoffMax } }));
      expect(got).toBe(
        `Property "advanced.idleBackoffMax" ${place} is "${idleBackoffMax}", which is not a duration; write it like "1s" or "1m30s"`,
      );
    },
  );

  test('names every problem at once', () => {
    const got = messageFrom(() =>
      parseEndpointConfig({
        credentials: {
          auth_type: 'AWSAccessKey',
          aws_acces_key_id: 'A',
          aws_secret_access_key: 'S',
        },
        advanced: { endpoint: 'x y', unheardOf: 1 },
        awsAccessKeyId: 1,
      }),
    );
    const want = [
      'There are 5 problems in the endpoint configuration:',
      `- Missing property "region" ${place}`,
      `- Property "advanced.endpoint" ${place} is "x y", which is not the URL of a server; write it like "https://dynamodb.us-east-1.amazonaws.com"`,
      `- Property "awsAccessKeyId" ${place} must be a string, not a number`,
      `- Unknown property "credentials.aws_acces_key_id" ${place}; did you mean "credentials.aws_access_key_id"?`,
      `- Unknown property "advanced.unheardOf" ${place}`,
    ];
    expect(got.split('\n').sort()).toEqual(want.sort());
  });
});

function accessKeyOf(accessKeyId: string, secretAccessKey: string) {
  return { kind: 'access-key', accessKeyId, secretAccessKey };
}

describe('parseResourceConfig()', () => {
  const arn = 'arn:aws:dynamodb:us-east-1:111122223333:table/orders';
  const longName = 'x'.repeat(255);
  test.each<[object, object]>([
    [{ table: 'orders' }, { table: 'orders', rcuAllocation: undefined }],
    [
      { table: 'orders', beforeImages: true, ttlDeletes: 'capture' },
      { table: 'orders', rcuAllocation: undefined, beforeImages: true, ttlDeletes: 'capture' },
    ],
    [
      { table: 'orders', beforeImages: null, ttlDeletes: '' },
      { table: 'orders', rcuAllocation: undefined },
    ],
    [
      { table: 'a.B-_9', rcuAllocation: 5 },
      { table: 'a.B-_9', rcuAllocation: 5 },
    ],
    [
      { table: 'orders', rcuAllocation: 0 },
      { table: 'orders', rcuAllocation: undefined },
    ],
    [
      { table: 'orders', rcuAllocation: null },
      { table: 'orders', rcuAllocation: undefined },
    ],
    [
      { table: arn, _meta: { path: ['x'] } },
      { table: arn, rcuAllocation: undefined },
    ],
    [
      { Table: 'orders', rcuallocation: 5 },
      { table: 'orders', rcuAllocation: 5 },
    ],
    [{ table: longName }, { table: longName, rcuAllocation: undefined }],
  ])('takes %j', (given, want) => {
    expect(parseResourceConfig(given, 0)).toEqual(want);
  });

  const place = 'in the resource configuration of bindings[2]';
  test.each<[unknown, string]>([
    ['orders', 'The resource configuration of bindings[2] must be an object, not a string'],
    [{}, `Missing property "table" ${place}`],
    [{ tabel: 'orders' }, `Unknown property "tabel" ${place}; did you mean "table"?`],
    [
      { table: 'orders', rcuAlocation: 1 },
      `Unknown property "rcuAlocation" ${place}; did you mean "rcuAllocation"?`,
    ],
    [{ table: 'orders', stream: 'x' }, `Unknown property "stream" ${place}`],
    [
      { table: 'orders', rcuAllocation: -1 },
      `Property "rcuAllocation" ${place} must be at least 0, not -1`,
    ],
  ])('refuses %j', (given, want) => {
    expect(messageFrom(() => parseResourceConfig(given, 2))).toBe(want);
  });

  const names = 'but table names consist of 3 to 255 letters, digits, "_", "." or "-"';
  const arns =
    'which is not the ARN of a table; write it like "arn:aws:dynamodb:us-east-1:111122223333:table/orders"';
  test.each([
    ['ab', `${names} (it has 2)`],
    ['a b c', names],
    ['a/b/c', names],
    ['orders ', names],
    [`${longName}x`, `${names} (it has 256)`],
    [`${arn}/stream/x`, arns],
    ['arn:aws:s3:::orders', arns],
  ])('refuses the table %j', (table, want) => {
    const got = messageFrom(() => parseResourceConfig({ table }, 2));
    expect(got).toBe(`Property "table" ${place} is "${table}", ${want}`);
  });
});

describe('parseResourceConfigs()', () => {
  test('names the problems of every binding at once', () => {
    const got = messageFrom(() => parseResourceConfigs([{}, { table: 'orders' }, null]));
    const want = [
      'There are 2 problems in the resource configurations:',
      '- Missing property "table" in the resource configuration of bindings[0]',
      '- The resource configuration of bindings[2] must be an object, not null',
    ].join('\n');
    expect(got).toBe(want);
  });

  test('keeps the order of the bindings', () => {
    const got = parseResourceConfigs([{ table: 'users', rcuAllocation: 1 }, { table: 'orders' }]);
    const want = [
      { table: 'users', rcuAllocation: 1 },
      { table: 'orders', rcuAllocation: undefined },
    ];
    expect(got).toEqual(want);
  });
});

describe('what is too deep', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`) as object;
  const deepList = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as object;

  test.each([
    ['a configuration', { region, sops: deep }],
    ['a list', { region, tableFilter: deepList }],
  ])('is a mistake in %s', (_, config) => {
    expect(messageFrom(() => parseEndpointConfig(config))).toBe(
      'There is something more than 50 levels deep in the endpoint configuration',
    );
  });

  test('is a mistake in a binding', () => {
    expect(messageFrom(() => parseResourceConfig({ table: 'orders', deep }, 1))).toBe(
      'There is something more than 50 levels deep in the resource configuration of bindings[1]',
    );
  });
});
