/** The ports of a repair. Loaded when a table has lost records, which few ever do. */

import type { AwsCredentialIdentity, Provider } from '@smithy/types';
import type { Clock, HttpTransport } from '../host.ts';
import type { RepairPorts } from './aws.ts';
import { createExportApi } from './export-calls.ts';
import type { Port } from './json-call.ts';
import { createObjectStore } from './object-store.ts';
import { createS3Endpoints, type TableSettings } from './s3-endpoints.ts';
import type { Signer } from './signer.ts';

export interface RepairPortsOptions {
  readonly port: Port;
  readonly transport: HttpTransport;
  readonly signer: Signer;
  readonly credentials: Provider<AwsCredentialIdentity>;
  readonly clock: Clock;
  readonly settings: TableSettings;
  readonly region: string;
  /** "advanced.endpoint", which is where all of AWS is if it is not AWS's own. */
  readonly endpoint: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export async function createRepairPorts(options: RepairPortsOptions): Promise<RepairPorts> {
  const { endpoint, environment } = options;
  const isOwn = environment['AWS_ENDPOINT_URL_S3'] !== undefined || isAwsHost(endpoint);
  const endpoints = await createS3Endpoints(options.settings, isOwn ? undefined : endpoint);
  const { url, signingRegion } = await endpoints.of();
  return {
    exports: createExportApi(options.port),
    objects: createObjectStore({ ...options, url, region: signingRegion ?? options.region }),
  };
}

/** A private endpoint of DynamoDB's serves no objects. */
function isAwsHost(endpoint: string | undefined): boolean {
  return (
    endpoint === undefined ||
    /\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)$/.test(new URL(endpoint).hostname)
  );
}
