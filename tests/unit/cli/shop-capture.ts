/** A capture with a binding of each kind, as the views of commands are given it. */

import { readFlowCapture, type FlowCapture } from '../../../connector/cli/catalog/flow-file.ts';
import { parseEndpointConfig } from '../../../connector/config/config.ts';
import { tableNamed } from '../discovery/fake-aws.ts';
import { memoryFiles } from './memory-files.ts';

export const config = parseEndpointConfig({ region: 'eu-west-1' });
export const orders = tableNamed('orders', { itemCount: 1_204_331, sizeBytes: 1.2e9 });
/** One that cannot be captured. */
export const users = tableNamed('users', { stream: undefined });

const flowYaml = `captures:
  acmeCo/shop/source-dynamodb:
    endpoint: { local: { config: { region: eu-west-1 } } }
    bindings:
      - resource: { table: orders }
        target: acmeCo/shop/orders
      - resource: { table: users }
        target: acmeCo/shop/users
      - resource: { table: old }
        target: acmeCo/shop/old
        disable: true
`;

/** Bindings of `orders`, of `users`, and a disabled one. */
export function shopCapture(): Promise<FlowCapture> {
  const files = memoryFiles({ 'flow.yaml': flowYaml });
  return readFlowCapture(files, { source: 'flow.yaml', capture: undefined });
}
