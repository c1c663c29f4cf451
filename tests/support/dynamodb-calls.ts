/** DynamoDB's wire protocol for tests and the demo: plain JSON, so that no client stands between us and the truth. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { StreamViewType } from '../../connector/table.ts';

const attemptsMax = 10;
const retryMs = 50;
const answerMsMax = 120_000;
const activeMsMax = 60_000;
const activePollMs = 100;
/** BatchWriteItem takes no more: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export const batchItemsMax = 25;
/** DynamoDB Local takes several times as long for pages of 1 MB. */
const scanItemsMax = 1000;

/** A value as it goes over the wire, with its type as the only member. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly M?: Item;
  readonly L?: readonly AttributeValue[];
  readonly NULL?: true;
  readonly BOOL?: boolean;
}

/** Names may be any text, `__proto__` too: read with `Object.entries`, made with `Object.fromEntries`. */
export type Item = Readonly<Record<string, AttributeValue>>;

export interface KeyDefinition {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

export interface ScanPosition {
  readonly segment: number;
  readonly totalSegments: number;
  /** Absent at the segment's beginning. */
  readonly startKey: Item | undefined;
}

export interface ItemPage {
  readonly Items: readonly Item[];
  readonly LastEvaluatedKey?: Item;
}

export class DynamoDbError extends Error {
  override readonly name: string;
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

/** The region of the demo's tables; DynamoDB Local takes any. */
export const demoRegion = process.env['AWS_REGION'] ?? 'us-east-1';

/** The environment's credentials, or made-up ones, which DynamoDB Local takes as well. */
export const demoCredentials = {
  accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? 'demo',
  secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'demo',
};

/** The calls that tests make. Throttled and failed calls are repeated; what remains is a `DynamoDbError`. */
export class DynamoDbCalls {
  readonly endpoint: string;
  readonly #signature: SignatureV4;
  /** How far the server's time is ahead of ours. */
  aheadMs = 0;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
    const sessionToken = process.env['AWS_SESSION_TOKEN'];
    this.#signature = new SignatureV4({
      service: 'dynamodb',
      region: demoRegion,
      credentials: { ...demoCredentials, ...(sessionToken === undefined ? {} : { sessionToken }) },
      sha256: Hash.bind(null, 'sha256'),
    });
  }

  /** Creates a table and waits until it can be used. */
  async createTable(
    name: string,
    key: readonly KeyDefinition[],
    stream?: StreamViewType,
  ): Promise<void> {
    const types = ['HASH', 'RANGE'];
    await this.call('CreateTable', {
      TableName: name,
      KeySchema: key.map((part, at) => ({ AttributeName: part.name, KeyType: types[at] })),
      AttributeDefinitions: key.map((part) => ({
        AttributeName: part.name,
        AttributeType: part.type,
      })),
      BillingMode: 'PAY_PER_REQUEST',
      ...(stream === undefined ? {} : { StreamSpecification: streamOn(stream) }),
    });
    await this.#untilActive(name);
  }

  async enableStream(name: string, stream: StreamViewType): Promise<void> {
    await this.call('UpdateTable', { TableName: name, StreamSpecification: streamOn(stream) });
    await this.#untilActive(name);
  }

  async deleteTable(name: string): Promise<void> {
    await this.call('DeleteTable', { TableName: name });
  }

  /** Puts up to 25 items, all of them. */
  async putItems(table: string, items: readonly Item[]): Promise<void> {
    let requests: unknown[] = items.map((item) => ({ PutRequest: { Item: item } }));
    for (let attempt = 1; requests.length > 0; attempt++) {
      if (attempt > attemptsMax) throw new Error(`Cannot write to the table "${table}"`);
      if (attempt > 1) await sleep(retryMs * 2 ** attempt);
      const answer = await this.call('BatchWriteItem', { RequestItems: { [table]: requests } });
      const left = answer['UnprocessedItems'] as Readonly<Record<string, unknown[]>> | undefined;
      requests = left?.[table] ?? [];
    }
  }

  async putItem(table: string, item: Item): Promise<void> {
    await this.call('PutItem', { TableName: table, Item: item });
  }

  async deleteItem(table: string, key: Item): Promise<void> {
    await this.call('DeleteItem', { TableName: table, Key: key });
  }

  /** One strongly consistent page of a segment. */
  async scan(table: string, { segment, totalSegments, startKey }: ScanPosition): Promise<ItemPage> {
    const answer = await this.call('Scan', {
      TableName: table,
      ConsistentRead: true,
      Segment: segment,
      TotalSegments: totalSegments,
      Limit: scanItemsMax,
      ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
    });
    return answer as unknown as ItemPage;
  }

  /** Any operation. */
  async call(operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    const body = JSON.stringify(input);
    for (let attempt = 1; ; attempt++) {
      const error = await this.#attempt(operation, body);
      if (!(error instanceof DynamoDbError)) return error;
      if (attempt === attemptsMax || !isPassing(error)) throw error;
      await sleep(retryMs * 2 ** attempt);
    }
  }

  async #attempt(
    operation: string,
    body: string,
  ): Promise<DynamoDbError | Readonly<Record<string, unknown>>> {
    const url = new URL(this.endpoint);
    const signingDate = new Date(Date.now() + this.aheadMs);
    const unsigned = {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: '/',
      headers: {
        host: url.host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body,
    };
    const request = await this.#signature.sign(unsigned, { signingDate });
    const signal = AbortSignal.timeout(answerMsMax);
    const response = await fetch(url, { method: 'POST', headers: request.headers, body, signal });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Record<string, unknown>;
    return errorOf(response.status, text);
  }

  async #untilActive(table: string): Promise<void> {
    const until = Date.now() + activeMsMax;
    while (Date.now() < until) {
      const { Table } = await this.call('DescribeTable', { TableName: table });
      if ((Table as { TableStatus: string }).TableStatus === 'ACTIVE') return;
      await sleep(activePollMs);
    }
    throw new Error(`The table "${table}" does not become active`);
  }
}

const streamOn = (view: StreamViewType) => ({ StreamEnabled: true, StreamViewType: view });

function isPassing({ name }: DynamoDbError): boolean {
  return /Throttl|ThroughputExceeded|LimitExceeded|InternalServer|InternalFailure|Unavailable/.test(
    name,
  );
}

function errorOf(status: number, text: string): DynamoDbError {
  try {
    const { __type = '', message, Message } = JSON.parse(text) as Record<string, string>;
    return new DynamoDbError(__type.replace(/.*#/, ''), message ?? Message ?? text);
  } catch {
    return new DynamoDbError(`HTTP ${status}`, text);
  }
}
