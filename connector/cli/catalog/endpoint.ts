/** The endpoint configuration of a capture. */

import { parseEndpointConfig, type EndpointConfig } from '../../config/config.ts';
import { ConnectorError, errorCodes, messageOf } from '../../errors.ts';
import type { FlowCapture } from './flow-file.ts';

/** Throws `config-invalid`, and says where the configuration is. */
export function configFrom({ config, entry }: FlowCapture): EndpointConfig {
  try {
    return parseEndpointConfig(config);
  } catch (error) {
    const hint = `It is that of capture "${entry.name}" in ${entry.file.path}.`;
    throw new ConnectorError(errorCodes.configInvalid, messageOf(error), { hint, cause: error });
  }
}
