/** Where calls on S3 go: by the same settings as those on tables, under S3's own names. */

import { DescribeStreamCommand } from '@aws-sdk/client-dynamodb-streams';
import { resolveEndpointConfig } from '@smithy/core/endpoints';
import type { EndpointV2 } from '@smithy/types';
import { createEndpoints, type Endpoints, type ServiceSettings } from './endpoints.ts';

/** The settings of a client for DynamoDB: it knows region, FIPS, dual stack, and what partition a region is in. */
export interface TableSettings extends ServiceSettings {
  readonly useFipsEndpoint: () => Promise<boolean>;
  readonly useDualstackEndpoint: () => Promise<boolean>;
}

interface Parameters {
  readonly Region: string;
  readonly Endpoint?: string | undefined;
  readonly UseFIPS?: boolean | undefined;
  readonly UseDualStack?: boolean | undefined;
}

/** Its URLs are those of the region, without a bucket. `endpoint`: instead of AWS's and the environment's. */
export function createS3Endpoints(tables: TableSettings, endpoint?: string): Promise<Endpoints> {
  const { region, useFipsEndpoint, useDualstackEndpoint } = tables;
  const endpointProvider = (parameters: object) => regionalUrl(tables, parameters as Parameters);
  const settings = resolveEndpointConfig({
    serviceId: 'S3', // Which makes it read AWS_ENDPOINT_URL_S3, and `s3` in a services section.
    region,
    useFipsEndpoint,
    useDualstackEndpoint,
    endpointProvider,
    urlParser: (url: string | URL) => url as never, // Asked for by the type alone.
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  // The parameters common to all services, as streams have no others.
  return createEndpoints({ settings, rules: DescribeStreamCommand, inputFor: () => ({}) });
}

/** https://docs.aws.amazon.com/general/latest/gr/s3.html */
function regionalUrl(tables: TableSettings, parameters: Parameters): EndpointV2 {
  const { Region, Endpoint, UseFIPS = false, UseDualStack = false } = parameters;
  // The rules for tables refuse what no service has: FIPS with an endpoint of one's own, or in a partition without.
  const given = { Region, Endpoint, UseFIPS, UseDualStack };
  const { url } = tables.endpointProvider({ ...given, AccountIdEndpointMode: 'disabled' });
  if (Endpoint !== undefined) return { url };
  const plain = { Region, UseFIPS: false, UseDualStack: false };
  const suffix = tables.endpointProvider(plain).url.hostname.replace(/^dynamodb\./, '');
  const host = `s3${UseFIPS ? '-fips' : ''}${UseDualStack ? '.dualstack' : ''}.${suffix}`;
  return { url: new URL(`https://${host}`) };
}
