/** Both ports over AWS. This file and what it imports load the SDK: import it lazily. */

import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { EndpointConfig } from '../config/config.ts';
import type { Host } from '../host.ts';
import type { Aws } from './aws.ts';
import { checkedTransport } from './checked-transport.ts';
import { defaultChain, identityOf, rethrowAsAwsError } from './credentials.ts';
import { createEndpoints, type Endpoints } from './endpoints.ts';
import { createJsonCall, type Port } from './json-call.ts';
import { withRetry, type RetryContext } from './retry.ts';
import { sdkHandler } from './sdk-handler.ts';
import { Signer } from './signer.ts';
import { createStreamApi } from './stream-calls.ts';
import { createTableApi } from './table-calls.ts';

/** A hung connection is cut after this time: a full page takes about 100 ms, a slow one a second. */
const requestTimeoutMs = 20_000;

/**
 * Makes the two ports; `retry.patienceMs` bounds how long a call that retries by itself keeps trying. Of the SDK's
 * clients only the settings are used: every call goes one way, so none can go to another place than the others.
 */
export async function createAwsPorts(
  config: EndpointConfig,
  host: Host,
  retry: RetryContext,
): Promise<Aws> {
  const transport = checkedTransport(host.http);
  const { tables, streams } = sdkClients(config, sdkHandler(transport, requestTimeoutMs));
  const credentials = () => tables.config.credentials().catch(rethrowAsAwsError);
  const signer = new Signer(config.region, credentials, host.clock);
  const portOver = (endpoints: Endpoints): Port => ({
    call: createJsonCall({ transport, signer, endpoints, timeoutMs: requestTimeoutMs }),
    endpoint: endpoints.name,
    retried: (subject, call, signal) => withRetry(retry, subject, call, signal),
  });
  const tableEndpoints = await createEndpoints({
    settings: { ...tables.config, credentials },
    rules: DescribeTableCommand,
    inputFor: (tableName) => ({ TableName: tableName }),
  });
  const streamEndpoints = await createEndpoints({
    settings: streams.config,
    rules: DescribeStreamCommand,
    inputFor: () => ({}),
  });
  const clock = {
    now: () => host.clock.now() + signer.offsetMs,
    sleep: (ms: number, signal: AbortSignal) => host.clock.sleep(ms, signal),
    turn: () => host.clock.turn?.() ?? Promise.resolve(),
  };
  const tablePort = portOver(tableEndpoints);
  return {
    tables: createTableApi(tablePort),
    streams: createStreamApi(portOver(streamEndpoints)),
    repairPorts: async () => {
      const { createRepairPorts } = await import('./repair-ports.ts');
      const { region, endpoint } = config;
      const settings = tables.config;
      // Not the checked one: what S3 answers is another matter.
      const wiring = {
        port: tablePort,
        transport: host.http,
        signer,
        credentials,
        clock,
        settings,
      };
      return createRepairPorts({ ...wiring, region, endpoint });
    },
    clock,
    endpoint: tableEndpoints.name,
    streamEndpoint: streamEndpoints.name,
    retry,
    buffers: host.http.buffers,
  };
}

/** The clients that know the user's settings: credentials, region, endpoints. */
function sdkClients(config: EndpointConfig, requestHandler: ReturnType<typeof sdkHandler>) {
  const identity = identityOf(config);
  const options = {
    region: config.region,
    credentialDefaultProvider: defaultChain(requestHandler),
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(identity === undefined ? {} : { credentials: identity }),
  };
  return { tables: new DynamoDBClient(options), streams: new DynamoDBStreamsClient(options) };
}
