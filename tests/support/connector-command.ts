/** The connector under test, and how it is told where the tables are. */

import path from 'node:path';
import { demoCredentials, demoRegion } from './dynamodb-calls.ts';
import type { JsonObject } from './flow-runtime.ts';

/**
 * Program and arguments: the built connector, or what `CONNECTOR_COMMAND` says (words with spaces between), for
 * instance another build.
 */
export function connectorCommand(): string[] {
  const given = process.env['CONNECTOR_COMMAND'];
  return given === undefined ? [process.execPath, path.resolve('dist/main.js')] : given.split(' ');
}

/** An endpoint configuration for tables at an endpoint. */
export function endpointConfig(endpoint: string, advanced: JsonObject = {}): JsonObject {
  return {
    region: demoRegion,
    credentials: {
      auth_type: 'AWSAccessKey',
      aws_access_key_id: demoCredentials.accessKeyId,
      aws_secret_access_key: demoCredentials.secretAccessKey,
    },
    advanced: { endpoint, ...advanced },
  };
}
