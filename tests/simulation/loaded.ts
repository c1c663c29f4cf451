/**
 * Loads what the connector loads when it needs it: virtual time would run on meanwhile, by chance. Loaded as the
 * connector does, by `import()`, since what is loaded that way is a file of its own in the compiled tests.
 */

import { loadSharedConfigFiles } from '@smithy/core/config';

await Promise.all([
  import('../../connector/aws/aws.ts'),
  import('../../connector/aws/dynamodb-client.ts'),
  import('../../connector/aws/repair-ports.ts'),
  import('../../connector/capture/repair-start.ts'),
  import('../../connector/config/config.ts'),
  import('../../connector/repair/repair.ts'),
  import('../../connector/session/connect.ts'),
  import('../../connector/session/discover.ts'),
  import('../../connector/session/open.ts'),
  import('../../connector/session/published.ts'),
  import('../../connector/session/validate.ts'),
  import('../../protocol/request-check.ts'),
  // The SDK reads its configuration files once, at the first call of a process.
  loadSharedConfigFiles(),
]);
