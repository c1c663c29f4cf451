/** Both ports over AWS. This file and what it imports load the SDK: import it lazily. */

import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { EndpointConfig } from '../config/config.ts';
import { ConnectorError, errorCodes, messageOf, nameOf } from '../errors.ts';
import type { Host } from '../host.ts';
import { AwsError, placeOf, refused, type CallSubject } from './aws-error.ts';
import type { Aws, ScanRequest, StreamApi, TableApi } from './aws.ts';
import { checkedTransport } from './checked-transport.ts';
import { identityOf } from './credentials.ts';
import { createJsonCall, parseObject, reasonNames, type JsonCall } from './json-call.ts';
import { withRetry, type RetryContext } from './retry.ts';
import { sdkHandler } from './sdk-handler.ts';
import { Signer } from './signer.ts';
import { shardPageOf } from './stream-description.ts';
import { parseTable } from './table-description.ts';

/** A hung connection is cut after this time: a full page takes about 100 ms, a slow one a second. */
const requestTimeoutMs = 20_000;

/** Makes the two ports; `retry.patienceMs` bounds how long a call that retries by itself keeps trying. */
export function createAwsPorts(config: EndpointConfig, host: Host, retry: RetryContext): Aws {
  const identity = identityOf(config);
  const signer: Signer = new Signer(
    config.region,
    () => tableClient.config.credentials(),
    host.clock,
  );
  const transport = checkedTransport(host.http, signer);
  const options = {
    region: config.region,
    maxAttempts: 1, // Retries are ours: by the host's clock, and patient.
    signer,
    requestHandler: sdkHandler(transport, requestTimeoutMs),
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(identity === undefined ? {} : { credentials: identity }),
  };
  const tableClient: DynamoDBClient = new DynamoDBClient(options);
  const streamClient = new DynamoDBStreamsClient(options);
  const jsonCall = (client: DynamoDBClient | DynamoDBStreamsClient) =>
    createJsonCall({
      transport,
      signer,
      endpoint: endpointOf(config, client),
      timeoutMs: requestTimeoutMs,
    });
  const calls: Calls = {
    retried: (subject, call, signal) =>
      withRetry(retry, subject, () => call().catch(rethrowAsAwsError), signal),
    endpoint: config.endpoint ?? `region ${config.region}`,
  };
  return {
    tables: tableApi(tableClient, jsonCall(tableClient), calls),
    streams: streamApi(streamClient, jsonCall(streamClient), calls),
    clock: {
      now: () => host.clock.now() + signer.offsetMs,
      sleep: (ms, signal) => host.clock.sleep(ms, signal),
    },
    endpoint: calls.endpoint,
    retry,
    recycle: (body) => {
      transport.recycle?.(body);
    },
  };
}

/** What both ports need to make a call and to speak of it. */
interface Calls {
  retried<T>(subject: CallSubject, call: () => Promise<T>, signal: AbortSignal): Promise<T>;
  readonly endpoint: string;
}

function tableApi(client: DynamoDBClient, call: JsonCall, calls: Calls): TableApi {
  const subject = (action: string, tableName?: string) => ({
    action: `dynamodb:${action}`,
    resource: tableName === undefined ? 'all tables' : `table "${tableName}"`,
    endpoint: calls.endpoint,
  });
  const missing = (tableName: string) => (error: unknown) => {
    if (nameOf(error) !== 'ResourceNotFoundException') throw error;
    throw tableMissing(tableName, calls.endpoint);
  };
  return {
    async listTables(signal) {
      const names: string[] = [];
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const command = new ListTablesCommand({ ExclusiveStartTableName: after });
        const send = async () => {
          const { TableNames: names, LastEvaluatedTableName: last } = await client.send(command, {
            abortSignal: signal,
          });
          if (names !== undefined) return { names, last };
          // An account without tables has an empty list.
          throw new ConnectorError(
            errorCodes.responseInvalid,
            'ListTables answered without tables',
          );
        };
        const answered = calls.retried(subject('ListTables'), send, signal);
        const page = await answered.catch(rethrowRefused(subject('ListTables')));
        names.push(...page.names);
        after = page.last;
      }
      return names;
    },
    async describeTable(tableName, signal) {
      const command = new DescribeTableCommand({ TableName: tableName });
      const send = async () =>
        parseTable((await client.send(command, { abortSignal: signal })).Table);
      const what = subject('DescribeTable', tableName);
      const described = calls.retried(what, send, signal).catch(missing(tableName));
      return described.catch(rethrowRefused(what));
    },
    scan: (request, signal) =>
      call('DynamoDB_20120810.Scan', scanBody(request), signal).catch(missing(request.tableName)),
  };
}

function streamApi(client: DynamoDBStreamsClient, call: JsonCall, calls: Calls): StreamApi {
  const subject = (action: string, streamArn: string) => ({
    action: `dynamodb:${action}`,
    resource: `stream "${streamArn}"`,
    endpoint: calls.endpoint,
  });
  const describe = async (
    streamArn: string,
    input: {
      ExclusiveStartShardId?: string;
      ShardFilter?: { Type: 'CHILD_SHARDS'; ShardId: string };
    },
    signal: AbortSignal,
  ) => {
    const command = new DescribeStreamCommand({ StreamArn: streamArn, ...input });
    const send = async () => shardPageOf(await client.send(command, { abortSignal: signal }));
    return calls.retried(subject('DescribeStream', streamArn), send, signal);
  };
  return {
    listShards: (streamArn, afterShardId, signal) =>
      describe(
        streamArn,
        afterShardId === undefined ? {} : { ExclusiveStartShardId: afterShardId },
        signal,
      ).catch((error: unknown) => {
        // A stream that is gone is the caller's business.
        if (nameOf(error) === 'ResourceNotFoundException') throw error;
        throw refused(error, subject('DescribeStream', streamArn));
      }),
    listChildShards: (streamArn, shardId, signal) =>
      describe(streamArn, { ShardFilter: { Type: 'CHILD_SHARDS', ShardId: shardId } }, signal),
    async getShardIterator(streamArn, shardId, position, signal) {
      const input = {
        StreamArn: streamArn,
        ShardId: shardId,
        ShardIteratorType: position.type,
        ...(position.type === 'TRIM_HORIZON' ? {} : { SequenceNumber: position.sequenceNumber }),
      };
      // Not by the SDK: at a start thousands of shards ask at once.
      const target = 'DynamoDBStreams_20120810.GetShardIterator';
      const send = async () => {
        const body = await call(target, JSON.stringify(input), signal);
        const { ShardIterator } = parseObject(Buffer.from(body).toString());
        if (typeof ShardIterator === 'string') return ShardIterator;
        throw new ConnectorError(
          errorCodes.responseInvalid,
          `GetShardIterator on shard "${shardId}" answered without an iterator`,
        );
      };
      return calls.retried(subject('GetShardIterator', streamArn), send, signal);
    },
    getRecords: (shardIterator, limit, signal) =>
      call(
        'DynamoDBStreams_20120810.GetRecords',
        JSON.stringify({ ShardIterator: shardIterator, Limit: limit }),
        signal,
      ),
  };
}

/** The body of a strongly consistent Scan. The fence relies on `ConsistentRead`. */
function scanBody(request: ScanRequest): string {
  const { tableName, segment, totalSegments, startKey, keyNames, limit } = request;
  const members = [
    `"TableName":${JSON.stringify(tableName)}`,
    `"Segment":${segment},"TotalSegments":${totalSegments}`,
    '"ConsistentRead":true,"ReturnConsumedCapacity":"TOTAL"',
  ];
  if (limit !== undefined) members.push(`"Limit":${limit}`);
  if (startKey !== undefined) {
    // Written as text: an attribute may have any name, `__proto__` too.
    const attributes = startKey.map(
      ({ type, value }, index) =>
        `${JSON.stringify(keyNames[index])}:{"${type}":${JSON.stringify(value)}}`,
    );
    members.push(`"ExclusiveStartKey":{${attributes.join(',')}}`);
  }
  return `{${members.join(',')}}`;
}

function endpointOf(config: EndpointConfig, client: DynamoDBClient | DynamoDBStreamsClient): URL {
  if (config.endpoint !== undefined) return new URL(config.endpoint);
  const parameters = { Region: config.region, UseDualStack: false, UseFIPS: false };
  return client.config.endpointProvider(parameters).url;
}

const rethrowRefused =
  (subject: CallSubject) =>
  (error: unknown): never => {
    throw refused(error, subject);
  };

/** The SDK's exceptions as `AwsError`s; what did not come from AWS (connections, aborts) stays as it is. */
function rethrowAsAwsError(error: Error & { $metadata?: { httpStatusCode?: number } }): never {
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) throw error;
  const reasons: unknown =
    Reflect.get(error, 'ThrottlingReasons') ?? Reflect.get(error, 'throttlingReasons');
  throw new AwsError(nameOf(error), messageOf(error), status, reasonNames(reasons));
}

function tableMissing(tableName: string, endpoint: string): ConnectorError {
  return new ConnectorError(
    errorCodes.tableMissing,
    `Table "${tableName}" does not exist ${placeOf({ endpoint })}`,
    {
      hint: 'Check the table name, "region", and the account of the credentials.',
    },
  );
}
