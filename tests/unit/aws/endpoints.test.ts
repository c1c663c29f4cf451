import { describe, expect, test } from '@jest/globals';
import { createAws, type Aws } from '../../../connector/aws/aws.ts';
import { parseEndpointConfig } from '../../../connector/config/config.ts';
import type { HttpRequest } from '../../../connector/host.ts';
import { config, fakeHost } from '../cli/fake-host.ts';
import { rejectionOf } from '../discovery/fake-aws.ts';
import { emptyEnvironment } from './aws-environment.ts';
import { never, retryContext } from './retry-context.ts';

const description = {
  TableName: 'orders',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};
const answer = { TableNames: [], Table: description, StreamDescription: {}, ShardIterator: 'i' };

const scan = { segment: 0, totalSegments: 1, startKey: undefined, keyNames: [], limit: undefined };
const start = { type: 'TRIM_HORIZON' } as const;
const tableCalls: ((aws: Aws, name: string) => Promise<unknown>)[] = [
  (aws) => aws.tables.listTables(never),
  (aws, name) => aws.tables.describeTable(name, never),
  (aws, tableName) => aws.tables.scan({ ...scan, tableName }, never),
];
const streamCalls: ((aws: Aws) => Promise<unknown>)[] = [
  (aws) => aws.streams.listShards('arn', undefined, never),
  (aws) => aws.streams.listChildShards('arn', 's', never),
  (aws) => aws.streams.getShardIterator('arn', 's', start, never),
  (aws) => aws.streams.getRecords({ shardIterator: 'i', limit: 1 }, never),
];

interface Given {
  readonly advanced?: object;
  readonly region?: string;
  readonly table?: string;
  /** Else those of the configuration. */
  readonly hasCredentialsOfEnvironment?: true;
}

async function awsWith(given: Given) {
  const { region = 'us-east-1', advanced = {}, hasCredentialsOfEnvironment } = given;
  const { host, clock } = fakeHost({});
  const sent: HttpRequest[] = [];
  const send = (request: HttpRequest) => {
    sent.push(request);
    const body = Buffer.from(JSON.stringify(answer));
    return Promise.resolve({ status: 200, headers: {}, body });
  };
  const { credentials } = config;
  const own = hasCredentialsOfEnvironment ? {} : { credentials };
  const parsed = parseEndpointConfig({ ...own, region, advanced });
  const aws = await createAws(parsed, { ...host, http: { send } }, retryContext(clock));
  return { aws, sent };
}

/** Where the calls of each service go, and how messages call it. */
async function placesOf(given: Given = {}) {
  const { aws, sent } = await awsWith(given);
  const hosts = () => {
    const urls = sent.splice(0).map(({ protocol, hostname, port, path }) => {
      return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`;
    });
    return [...new Set(urls)].join(' ');
  };
  for (const call of tableCalls) await call(aws, given.table ?? 'orders');
  const tables = hosts();
  for (const call of streamCalls) await call(aws);
  return [aws.endpoint, tables, aws.streamEndpoint, hosts()];
}

describe('all calls of a service go to one endpoint', () => {
  const { withEnvironment, withProfile } = emptyEnvironment();
  const local = 'http://localhost:8000';
  const other = 'http://localhost:9000';
  const awsTables = 'https://dynamodb.us-east-1.amazonaws.com/';
  const awsStreams = 'https://streams.dynamodb.us-east-1.amazonaws.com/';
  const region = 'region us-east-1';

  test.each<[string, Record<string, string>, Given, string[]]>([
    ['the region alone', {}, {}, [region, awsTables, region, awsStreams]],
    ['AWS_ENDPOINT_URL', { AWS_ENDPOINT_URL: local }, {}, [local, `${local}/`, local, `${local}/`]],
    [
      'the variable of each service',
      { AWS_ENDPOINT_URL_DYNAMODB: local, AWS_ENDPOINT_URL_DYNAMODB_STREAMS: other },
      {},
      [local, `${local}/`, other, `${other}/`],
    ],
    [
      'the variable of one service, named in its own messages alone',
      { AWS_ENDPOINT_URL_DYNAMODB: local },
      {},
      [local, `${local}/`, region, awsStreams],
    ],
    [
      'an endpoint below a path, with a password that nobody shows',
      { AWS_ENDPOINT_URL: 'http://me:secret@localhost:8000/dynamo' },
      {},
      [`${local}/dynamo`, `${local}/dynamo/`, `${local}/dynamo`, `${local}/dynamo/`],
    ],
    [
      'advanced.endpoint before the environment',
      { AWS_ENDPOINT_URL: other },
      { advanced: { endpoint: local } },
      [local, `${local}/`, local, `${local}/`],
    ],
    [
      'variables that are to be ignored',
      { AWS_ENDPOINT_URL: local, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      {},
      [region, awsTables, region, awsStreams],
    ],
    [
      'FIPS',
      { AWS_USE_FIPS_ENDPOINT: 'true' },
      {},
      [
        'https://dynamodb-fips.us-east-1.amazonaws.com',
        'https://dynamodb-fips.us-east-1.amazonaws.com/',
        'https://streams.dynamodb-fips.us-east-1.amazonaws.com',
        'https://streams.dynamodb-fips.us-east-1.amazonaws.com/',
      ],
    ],
    [
      'dual stack',
      { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
      {},
      [
        'https://dynamodb.us-east-1.api.aws',
        'https://dynamodb.us-east-1.api.aws/',
        'https://streams-dynamodb.us-east-1.api.aws',
        'https://streams-dynamodb.us-east-1.api.aws/',
      ],
    ],
    [
      'another partition',
      {},
      { region: 'cn-north-1' },
      [
        'region cn-north-1',
        'https://dynamodb.cn-north-1.amazonaws.com.cn/',
        'region cn-north-1',
        'https://streams.dynamodb.cn-north-1.amazonaws.com.cn/',
      ],
    ],
  ])('%s', async (_, environment, given, want) => {
    withEnvironment(environment);
    expect(await placesOf(given)).toEqual(want);
  });

  test('the endpoint of a profile, and that of its services section', async () => {
    await withProfile('[default]', `endpoint_url = ${local}`);
    expect(await placesOf()).toEqual([local, `${local}/`, local, `${local}/`]);
  });

  test('a services section before the endpoint of its profile', async () => {
    await withProfile(
      '[default]',
      `endpoint_url = ${local}`,
      'services = mine',
      '[services mine]',
      'dynamodb_streams =',
      `  endpoint_url = ${other}`,
    );
    expect(await placesOf()).toEqual([local, `${local}/`, other, `${other}/`]);
  });

  test('the endpoint of the account whose table it is, where the account is known', async () => {
    withEnvironment({
      AWS_ACCESS_KEY_ID: 'AKID',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ACCOUNT_ID: '111122223333',
    });
    const [own, theirs] = ['111122223333', '444455556666'].map(
      (account) => `https://${account}.ddb.us-east-1.amazonaws.com/`,
    );
    const given = { hasCredentialsOfEnvironment: true } as const;
    expect(await placesOf(given)).toEqual([region, own, region, awsStreams]);
    const table = 'arn:aws:dynamodb:us-east-1:444455556666:table/orders';
    expect(await placesOf({ ...given, table })).toEqual([
      region,
      `${own} ${theirs}`, // Only ListTables asks its own account.
      region,
      awsStreams,
    ]);
  });

  test.each([
    [
      'FIPS and an endpoint of the configuration',
      { AWS_USE_FIPS_ENDPOINT: 'true' },
      { endpoint: local },
      'No endpoint fits the settings: FIPS and custom endpoint are not supported',
    ],
    [
      'an endpoint without a scheme',
      { AWS_ENDPOINT_URL: 'localhost:8000' },
      {},
      'The endpoint "localhost://8000" of the environment or profile is not the URL of a server',
    ],
    [
      'an endpoint that is no URL',
      { AWS_ENDPOINT_URL: 'local host' },
      {},
      'The endpoint of the environment or profile is not the URL of a server',
    ],
  ])('%s: one sentence', async (_, environment, advanced, message) => {
    withEnvironment(environment);
    const got = (await rejectionOf(awsWith({ advanced }))) as Record<string, unknown>;
    expect([got['code'], got['message']]).toEqual(['config-invalid', message]);
  });
});
