/** Loads what the connector loads when it needs it: virtual time would jump meanwhile. */

import '../../connector/aws/dynamodb-client.ts';
import '../../connector/session/discover.ts';
import '../../connector/session/open.ts';
import '../../connector/session/validate.ts';
import '../../protocol/request-check.ts';
