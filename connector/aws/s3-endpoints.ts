/** Where the objects of a bucket are: by the same settings as calls on tables, under S3's own names. */

import { DescribeStreamCommand } from '@aws-sdk/client-dynamodb-streams';
import { resolveEndpointConfig } from '@smithy/core/endpoints';
import type { EndpointV2 } from '@smithy/types';
import { createEndpoints, type ServiceSettings } from './endpoints.ts';
import type { S3Place } from './object-address.ts';

/** The settings of a client for DynamoDB: it knows region, FIPS, dual stack, and what partition a region is in. */
export interface TableSettings extends ServiceSettings {
  readonly useFipsEndpoint: () => Promise<boolean>;
  readonly useDualstackEndpoint: () => Promise<boolean>;
}

export interface S3Endpoints {
  /** S3 of a region; a server that stands for AWS has all regions in one place. */
  of(region: string): S3Place;
}

interface Parameters {
  readonly Region: string;
  readonly Endpoint?: string | undefined;
  readonly UseFIPS?: boolean | undefined;
  readonly UseDualStack?: boolean | undefined;
}

/**
 * What environment or profile say of S3 or of all services comes first, then `tableEndpoint`, which is "advanced.endpoint":
 * a server that is not AWS's has all services in one place. Then AWS's own hosts.
 */
export async function createS3Endpoints(
  tables: TableSettings,
  tableEndpoint?: string,
): Promise<S3Endpoints> {
  const configured = await configuredUrl(tables);
  const region = await tables.region();
  const UseFIPS = await tables.useFipsEndpoint();
  const UseDualStack = await tables.useDualstackEndpoint();
  const own = (Region: string) => regionalUrl(tables, { Region, UseFIPS, UseDualStack }).url;
  const elsewhere = configured.href === own(region).href ? serverOf(tableEndpoint) : configured;
  return {
    of: (Region) =>
      elsewhere === undefined
        ? { url: own(Region), isAws: true }
        : { url: elsewhere, isAws: false },
  };
}

/** AWS's own where nothing is configured. */
async function configuredUrl(tables: TableSettings): Promise<URL> {
  const { region, useFipsEndpoint, useDualstackEndpoint } = tables;
  const settings = resolveEndpointConfig({
    serviceId: 'S3', // Which makes it read AWS_ENDPOINT_URL_S3, and `s3` in a services section.
    region,
    useFipsEndpoint,
    useDualstackEndpoint,
    endpointProvider: (parameters: object) => regionalUrl(tables, parameters as Parameters),
    urlParser: (url: string | URL) => url as never, // Asked for by the type alone.
  });
  // The parameters common to all services, as streams have no others.
  const rules = DescribeStreamCommand;
  return (await (await createEndpoints({ settings, rules, inputFor: () => ({}) })).of()).url;
}

/** Undefined for AWS's: a private endpoint of DynamoDB's serves no objects. */
function serverOf(tableEndpoint: string | undefined): URL | undefined {
  if (tableEndpoint === undefined) return undefined;
  const url = new URL(tableEndpoint);
  return /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(url.hostname) ? undefined : url;
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
