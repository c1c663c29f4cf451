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
  /** "advanced.endpoint". */
  readonly endpoint: string | undefined;
}

export async function createRepairPorts(options: RepairPortsOptions): Promise<RepairPorts> {
  const endpoints = await createS3Endpoints(options.settings, options.endpoint);
  return {
    exports: createExportApi(options.port),
    objects: createObjectStore({ ...options, endpoints }),
  };
}
