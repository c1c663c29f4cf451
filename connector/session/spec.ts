/** What the connector says of itself. Every start waits for it, so it touches nothing but this file's imports. */

import { protocolVersion, type SpecResponse } from '../../protocol/responses.ts';
import packageJson from '../../package.json' with { type: 'json' };
import configSchema from '../../schemas/endpoint-config.schema.json' with { type: 'json' };
import resourceConfigSchema from '../../schemas/resource-config.schema.json' with { type: 'json' };

/** The answer to `spec`. The web app links to the documentation: its address is the publisher's to set, at build time. */
export function spec(): SpecResponse {
  return {
    kind: 'spec',
    protocol: protocolVersion,
    configSchema,
    resourceConfigSchema,
    documentationUrl: packageJson.homepage,
    resourcePathPointers: ['/table'],
  };
}
