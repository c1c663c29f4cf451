/**
 * A stand-in for Estuary's Go connector: what it would have committed of a table by some moment, its documents
 * and its state, made by reading the table as it does.
 */

import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  demoCredentials,
  demoRegion,
  type AttributeValue,
  type DynamoDbCalls,
  type Item,
  type KeyDefinition,
} from './dynamodb-calls.ts';
import { packKey, zeroTime } from './go-state.ts';

// The SDK warns of Node versions that it will not run on some day; here that is nobody's concern.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const recordsMsMax = 20_000;
const pollMs = 100;

export interface GoTableOptions {
  readonly dynamoDb: DynamoDbCalls;
  readonly table: string;
  readonly key: readonly KeyDefinition[];
  readonly segmentCount: number;
  /** Items per page, as `scanLimit`. */
  readonly pageItems: number;
}

/** One table under that connector. */
export class GoCapture {
  /** Documents so far, as JSON, oldest first. */
  readonly documents: string[] = [];
  /** Items that scan pages covered. */
  readonly scanned: Item[] = [];
  readonly #options: GoTableOptions;
  readonly #segments = new Map<number, { exclusiveStartKey?: string; finishedAt: string }>();
  readonly #shards = new Map<string, object>();
  #streamArn = '';

  constructor(options: GoTableOptions) {
    this.#options = options;
  }

  /** What it checkpoints for the table. */
  get state(): object {
    return {
      backfillSegmentProgress: Object.fromEntries(this.#segments),
      shards: Object.fromEntries(this.#shards),
      streamArn: this.#streamArn,
      totalBackfillSegments: this.#options.segmentCount,
    };
  }

  async start(): Promise<void> {
    const { dynamoDb, table: name } = this.#options;
    const { Table } = await dynamoDb.call('DescribeTable', { TableName: name });
    this.#streamArn = (Table as { LatestStreamArn: string }).LatestStreamArn;
    // One that was closed before the capture began, and has gone from the listings since.
    this.#shards.set('shardId-00000001795457037492-d275eb99', { finishedReading: true });
  }

  /** Scans that many pages of a segment; fewer, and the segment is finished. */
  async scan(segment: number, pageCount: number): Promise<void> {
    const { dynamoDb, table, key, segmentCount, pageItems } = this.#options;
    let startKey: Item | undefined;
    for (let page = 0; page < pageCount; page++) {
      const answer = await dynamoDb.call('Scan', {
        TableName: table,
        ConsistentRead: true,
        Segment: segment,
        TotalSegments: segmentCount,
        Limit: pageItems,
        ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      });
      for (const item of answer['Items'] as Item[]) {
        this.scanned.push(item);
        this.#emit(item, { snapshot: true, op: 'c' });
      }
      const last = answer['LastEvaluatedKey'] as Item | undefined;
      const before = this.#segments.get(segment)?.exclusiveStartKey;
      const packed = last === undefined ? before : packKey(last, key);
      this.#segments.set(segment, {
        ...(packed === undefined ? {} : { exclusiveStartKey: packed }),
        finishedAt: last === undefined ? '2026-08-21T11:59:58.123456789+02:00' : zeroTime,
      });
      if (last === undefined) return;
      startKey = last;
    }
  }

  /** Captures a change, which must be the table's latest: the item as it was and as it is, if it was or is. */
  async follow(record: number, before: Item | undefined, after: Item | undefined): Promise<void> {
    const { shardId, sequenceNumber, eventId } = await this.#recordAt(record);
    this.#shards.set(shardId, { lastReadSequence: sequenceNumber });
    const names = [before ?? {}, after ?? {}].flatMap((item) => Object.keys(item));
    const { key } = this.#options;
    // What is gone is null, so that a merge takes it away; of a deleted item, all but its key.
    const whole = Object.fromEntries(
      names.map((name): [string, AttributeValue] => {
        const isKept = after !== undefined || key.some((part) => part.name === name);
        return [name, (isKept ? (after ?? before)?.[name] : undefined) ?? { NULL: true }];
      }),
    );
    this.#emit(whole, {
      op: after === undefined ? 'd' : before === undefined ? 'c' : 'u',
      eventId,
      approximateCreationDateTime: '2026-08-21T10:00:00Z',
      ...(before === undefined ? {} : { before: this.#documentOf(before) }),
    });
  }

  #emit(item: Item, meta: object): void {
    this.documents.push(JSON.stringify({ _meta: meta, ...this.#documentOf(item) }));
  }

  #documentOf(item: Item): Record<string, unknown> {
    const isKey = (name: string) => this.#options.key.some((part) => part.name === name);
    return Object.fromEntries(
      Object.entries(item).map(([name, { S, N, B }]) => {
        if (N !== undefined) return [name, isKey(name) ? N : Number(N)];
        return [name, S ?? B ?? null];
      }),
    );
  }

  /** The record at a place of the stream's only shard, as soon as it can be read. */
  async #recordAt(place: number) {
    const until = Date.now() + recordsMsMax;
    while (Date.now() < until) {
      const { shardId, records } = await readStream(this.#options.dynamoDb, this.#streamArn);
      const { eventID: eventId, dynamodb } = records[place] ?? {};
      const sequenceNumber = dynamodb?.SequenceNumber;
      if (sequenceNumber !== undefined) return { shardId, sequenceNumber, eventId };
      await sleep(pollMs);
    }
    throw new Error(`Record ${place} of "${this.#options.table}" did not reach the stream`);
  }
}

/** The records of a stream's only shard: all, or those after a sequence number. */
export async function readStream(dynamoDb: DynamoDbCalls, StreamArn: string, after?: string) {
  const client = new DynamoDBStreamsClient({
    endpoint: dynamoDb.endpoint,
    region: demoRegion,
    credentials: demoCredentials,
  });
  try {
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
    const [{ ShardId = '' } = {}] = StreamDescription?.Shards ?? [];
    const from =
      after === undefined
        ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after } as const);
    const iterator = new GetShardIteratorCommand({ StreamArn, ShardId, ...from });
    const { ShardIterator } = await client.send(iterator);
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
    return { shardId: ShardId, records: Records };
  } finally {
    client.destroy();
  }
}
