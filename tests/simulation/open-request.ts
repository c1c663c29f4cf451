/** Flow's request to run a capture. */

import type { JsonObject } from '../../connector/reduction/json.ts';

export interface OpenRequestOptions {
  /** Names of the tables bound. */
  readonly tables: readonly string[];
  /** Members of `advanced` in the endpoint configuration. */
  readonly advanced: object;
  /** Members of each binding's resource configuration besides the table. */
  readonly resource?: object;
  /** What was committed last. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** The body of `open`. */
export function openRequest({ tables, advanced, resource, state }: OpenRequestOptions): object {
  return {
    capture: {
      name: 'acmeCo/simulation/source-dynamodb',
      config: endpointConfig(advanced),
      bindings: tables.map((name) => ({
        resourceConfig: { table: name, ...resource },
        resourcePath: [name],
        collection: { name: `acmeCo/${name}`, key: ['/pk'], writeSchema: {} },
        stateKey: name,
      })),
    },
    version: '1',
    range: { keyEnd: 0xffffffff, rClockEnd: 0xffffffff },
    state,
  };
}

/** An endpoint configuration with an access key. */
export function endpointConfig(advanced: object = {}): JsonObject {
  return {
    region: 'us-east-1',
    credentials: {
      auth_type: 'AWSAccessKey',
      aws_access_key_id: 'AKIASIMULATION',
      aws_secret_access_key: 'secret',
    },
    advanced: advanced as JsonObject,
  };
}
