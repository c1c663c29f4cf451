/** What the connector says of itself. Every start waits for it, so it touches nothing but this file's imports. */

import { protocolVersion, type SpecResponse } from '../../protocol/responses.ts';
import configSchema from '../../schemas/endpoint-config.schema.json' with { type: 'json' };
import resourceConfigSchema from '../../schemas/resource-config.schema.json' with { type: 'json' };

/** The answer to `spec`. */
export function spec(): SpecResponse {
  return {
    kind: 'spec',
    protocol: protocolVersion,
    configSchema,
    resourceConfigSchema,
    documentationUrl: 'https://go.estuary.dev/source-dynamodb',
    resourcePathPointers: ['/table'],
  };
}
