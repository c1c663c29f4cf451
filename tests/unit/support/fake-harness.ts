/** A fake under a clock of its own, spoken to over its wire: what its tests share. */

import type { HttpResponse } from '../../../connector/host.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeDynamoDb, type FakeOptions } from '../../support/fake-dynamodb/fake-dynamodb.ts';

const streamOperations = ['ListStreams', 'DescribeStream', 'GetShardIterator', 'GetRecords'];
const never = new AbortController().signal;

export class Harness {
  readonly clock = new FakeClock();
  readonly fake: FakeDynamoDb;

  /** Unless told otherwise nothing takes time, and there is a table `orders` with the key `id`. */
  constructor(options: Partial<FakeOptions> = {}) {
    const quick = { latencyMs: [0, 0], visibilityMs: [0, 0] } as const;
    this.fake = new FakeDynamoDb({ clock: this.clock, ...quick, ...options });
  }

  createOrders(partitionCount = 1): this {
    this.fake.createTable({
      name: 'orders',
      key: [{ name: 'id', type: 'S' }],
      stream: 'NEW_AND_OLD_IMAGES',
      partitionCount,
    });
    return this;
  }

  /** Sends a request without letting time pass. */
  send(operation: string, body: unknown, headers: Record<string, string> = {}, timeoutMs = 60_000) {
    const prefix = streamOperations.includes(operation) ? 'DynamoDBStreams' : 'DynamoDB';
    return this.fake.transport().send(
      {
        method: 'POST',
        protocol: 'http:',
        hostname: 'fake',
        port: undefined,
        path: '/',
        headers: { 'X-Amz-Target': `${prefix}_20120810.${operation}`, ...headers },
        body: JSON.stringify(body),
      },
      timeoutMs,
      never,
    );
  }

  /** The decoded response, once time has passed; an error comes as its name. */
  async ask(
    operation: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<unknown> {
    return decoded(await this.clock.run(this.send(operation, body, headers)));
  }

  /** The name of the error, or `none`. */
  async errorOf(operation: string, body: unknown, headers: Record<string, string> = {}) {
    return ((await this.ask(operation, body, headers)) as { error?: string }).error ?? 'none';
  }

  /** An iterator at the beginning of a shard, or after a sequence number. */
  async iterator(shardId: string, after?: string): Promise<string> {
    const answer = await this.ask('GetShardIterator', {
      StreamArn: this.fake.streamArn('orders'),
      ShardId: shardId,
      ...(after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }),
    });
    return (answer as { ShardIterator?: string; error?: string }).ShardIterator ?? 'refused';
  }

  async records(shardIterator: string | undefined, limit?: number): Promise<RecordsAnswer> {
    const body = { ShardIterator: shardIterator, ...(limit !== undefined && { Limit: limit }) };
    return (await this.ask('GetRecords', body)) as RecordsAnswer;
  }

  async scan(parameters: Record<string, unknown> = {}): Promise<ScanAnswer> {
    const body = { TableName: 'orders', ConsistentRead: true, ...parameters };
    return (await this.ask('Scan', body)) as ScanAnswer;
  }

  /** Shards as a listing shows them. */
  async listing(parameters: Record<string, unknown> = {}): Promise<ListingAnswer> {
    const body = { StreamArn: this.fake.streamArn('orders'), ...parameters };
    const answer = await this.ask('DescribeStream', body);
    return (answer as { StreamDescription: ListingAnswer }).StreamDescription;
  }
}

type Values = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface RecordsAnswer {
  readonly error?: string;
  readonly NextShardIterator?: string;
  readonly Records: readonly {
    readonly eventName: string;
    readonly userIdentity?: unknown;
    readonly dynamodb: {
      readonly ApproximateCreationDateTime: number;
      readonly Keys: Values;
      readonly NewImage?: Values;
      readonly OldImage?: Values;
      readonly SequenceNumber: string;
    };
  }[];
}

export interface ScanAnswer {
  readonly error?: string;
  readonly Items: readonly Values[];
  readonly Count: number;
  readonly LastEvaluatedKey?: Values;
  readonly ConsumedCapacity?: { readonly CapacityUnits: number };
}

export interface ListingAnswer {
  readonly StreamStatus: string;
  readonly LastEvaluatedShardId?: string;
  readonly Shards: readonly {
    readonly ShardId: string;
    readonly ParentShardId?: string;
    readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string };
  }[];
}

/** The body, or for an error its name and all that came with it. */
export function decoded({ status, body }: HttpResponse): unknown {
  const value = JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
  if (status === 200) return value;
  return { ...value, error: String(value['__type']).split('#')[1] };
}

/** An order with this key. */
export const order = (id: string, note = '') => ({ id: { S: id }, note: { S: note } });
