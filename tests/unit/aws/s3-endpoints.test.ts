import { describe, expect, test } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { objectAddress } from '../../../connector/aws/object-address.ts';
import { createS3Endpoints } from '../../../connector/aws/s3-endpoints.ts';
import { emptyEnvironment } from './aws-environment.ts';

const fips = { AWS_USE_FIPS_ENDPOINT: 'true' };
const dualStack = { AWS_USE_DUALSTACK_ENDPOINT: 'true' };
const local = 'http://localhost:8000';
const other = 'http://localhost:9000';

interface Given {
  readonly environment?: Record<string, string>;
  /** "advanced.endpoint". */
  readonly endpoint?: string;
  readonly region?: string;
  readonly bucket?: string;
  readonly bucketRegion?: string;
}

/** Where an object `a b/c` is asked for. */
async function placeOf(given: Given): Promise<string> {
  const { endpoint, region = 'us-east-1', bucket = 'my-exports', bucketRegion = region } = given;
  const { config } = new DynamoDBClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const endpoints = await createS3Endpoints(config, endpoint);
  const address = objectAddress(endpoints.of(bucketRegion), bucket, 'a b/c');
  const port = address.port === undefined ? '' : `:${address.port}`;
  return `${address.protocol}//${address.hostname}${port}${address.path}`;
}

describe('createS3Endpoints()', () => {
  const { withEnvironment, withProfile } = emptyEnvironment();

  test.each<[string, Given, string]>([
    ['a region', {}, 'https://my-exports.s3.us-east-1.amazonaws.com/a%20b/c'],
    [
      'a bucket of another region',
      { bucketRegion: 'eu-west-1' },
      'https://my-exports.s3.eu-west-1.amazonaws.com/a%20b/c',
    ],
    [
      'a name with dots, which no certificate covers',
      { bucket: 'my.exports' },
      'https://s3.us-east-1.amazonaws.com/my.exports/a%20b/c',
    ],
    [
      'a name of old, with a capital',
      { bucket: 'Exports_1' },
      'https://s3.us-east-1.amazonaws.com/Exports_1/a%20b/c',
    ],
    ['FIPS', { environment: fips }, 'https://my-exports.s3-fips.us-east-1.amazonaws.com/a%20b/c'],
    [
      'FIPS, of a bucket of another region',
      { environment: fips, bucketRegion: 'us-west-2' },
      'https://my-exports.s3-fips.us-west-2.amazonaws.com/a%20b/c',
    ],
    [
      'dual stack',
      { environment: dualStack },
      'https://my-exports.s3.dualstack.us-east-1.amazonaws.com/a%20b/c',
    ],
    [
      'FIPS and dual stack',
      { environment: { ...fips, ...dualStack }, region: 'us-gov-west-1' },
      'https://my-exports.s3-fips.dualstack.us-gov-west-1.amazonaws.com/a%20b/c',
    ],
    [
      'China',
      { region: 'cn-north-1' },
      'https://my-exports.s3.cn-north-1.amazonaws.com.cn/a%20b/c',
    ],
    [
      'dual stack in China, of another region',
      { environment: dualStack, region: 'cn-north-1', bucketRegion: 'cn-northwest-1' },
      'https://my-exports.s3.dualstack.cn-northwest-1.amazonaws.com.cn/a%20b/c',
    ],
    [
      'an isolated partition',
      { region: 'us-iso-east-1' },
      'https://my-exports.s3.us-iso-east-1.c2s.ic.gov/a%20b/c',
    ],
    [
      'a server of the configuration, which has all regions',
      { endpoint: local, bucketRegion: 'eu-west-1' },
      `${local}/my-exports/a%20b/c`,
    ],
    [
      "a private endpoint of DynamoDB's, which serves no objects",
      { endpoint: 'https://vpce-1a2b-3c4d.dynamodb.us-east-1.vpce.amazonaws.com' },
      'https://my-exports.s3.us-east-1.amazonaws.com/a%20b/c',
    ],
    [
      'a server below a path',
      { environment: { AWS_ENDPOINT_URL: `${local}/aws/` } },
      `${local}/aws/my-exports/a%20b/c`,
    ],
    [
      'the variable of S3 before that of all services',
      { environment: { AWS_ENDPOINT_URL: local, AWS_ENDPOINT_URL_S3: other } },
      `${other}/my-exports/a%20b/c`,
    ],
    [
      'the variable of S3 before the server of the configuration',
      { environment: { AWS_ENDPOINT_URL_S3: other }, endpoint: local },
      `${other}/my-exports/a%20b/c`,
    ],
    [
      'a private endpoint of S3, whatever the region',
      {
        environment: {
          AWS_ENDPOINT_URL_S3: 'https://bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com',
        },
      },
      'https://bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com/my-exports/a%20b/c',
    ],
  ])('%s', async (_, given, want) => {
    withEnvironment(given.environment ?? {});
    expect(await placeOf(given)).toBe(want);
  });

  test('the services section of a profile', async () => {
    await withProfile(
      '[default]',
      'services = mine',
      '[services mine]',
      's3 =',
      `  endpoint_url = ${other}`,
    );
    expect(await placeOf({})).toBe(`${other}/my-exports/a%20b/c`);
  });

  test('FIPS and a server of the environment: one sentence', async () => {
    withEnvironment({ ...fips, AWS_ENDPOINT_URL_S3: local });
    await expect(placeOf({})).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
