/** A DynamoDB that serves prepared pages as fast as a process can, and nothing else. */

import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { type PreparedPage, RecordPages, ScanPages } from './prepared-pages.ts';
import { keyAttributes, type ShapeName } from './shapes.ts';

export const tableName = 'bench';
/** Of the tables that a server has. */
export const tableNameOf = (index: number) => (index === 0 ? tableName : `${tableName}-${index}`);
const streamSuffix = '/stream/2026-08-21T00:00:00.000';
const shardPageMax = 100;

export interface ServerSettings {
  /** Every table of any name is there; so many are listed. 1 where absent. */
  readonly tableCount?: number;
  /** Of the items; absent for an empty table. */
  readonly shape: ShapeName | undefined;
  /** After so many pages a segment ends. */
  readonly pagesPerSegment: number;
  /** Open shards of a table, and the shape of both images of the records in them; absent for none. */
  readonly shardCount: number;
  readonly records?: ShapeName;
  /** Files of key and certificate; absent for plain HTTP. */
  readonly tls?: { readonly key: string; readonly certificate: string } | undefined;
}

/** What was served since the start: whole responses, their bytes, their items or records. */
export interface Served {
  readonly scan: ServedCount;
  readonly records: ServedCount;
}
export interface ServedCount {
  pages: number;
  bytes: number;
  elements: number;
}

/** The role: started with its settings, it answers its port first and what it served ever after. */
export function serveRole(settings: ServerSettings) {
  const server = new StaticServer(settings);
  return (question: 'port' | 'served') =>
    question === 'port' ? server.listen() : Promise.resolve(server.served);
}

interface Call {
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly response: ServerResponse;
}

class StaticServer {
  readonly served: Served = {
    scan: { pages: 0, bytes: 0, elements: 0 },
    records: { pages: 0, bytes: 0, elements: 0 },
  };
  readonly #settings: ServerSettings;
  readonly #scanPages: ScanPages | undefined;
  readonly #recordPages: RecordPages | undefined;

  constructor(settings: ServerSettings) {
    this.#settings = settings;
    this.#scanPages = settings.shape === undefined ? undefined : new ScanPages(settings.shape);
    this.#recordPages =
      settings.records === undefined ? undefined : new RecordPages(settings.records);
  }

  /** Listens on a free port of loopback. */
  listen(): Promise<number> {
    const { tls } = this.#settings;
    const onRequest = (request: IncomingMessage, response: ServerResponse) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const input = JSON.parse(Buffer.concat(pieces).toString()) as Call['input'];
        const target = String(request.headers['x-amz-target']).replace(/^.*\./, '');
        this.#answer({ target, input, response });
      });
    };
    const server =
      tls === undefined
        ? http.createServer(onRequest)
        : https.createServer(
            { key: readFileSync(tls.key), cert: readFileSync(tls.certificate) },
            onRequest,
          );
    server.keepAliveTimeout = 60_000;
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  #answer({ target, input, response }: Call): void {
    switch (target) {
      case 'Scan':
        this.#scan(input, response);
        return;
      case 'GetRecords':
        this.#getRecords(input, response);
        return;
      case 'ListTables':
        sendJson(response, { TableNames: this.#tableNames() });
        return;
      case 'DescribeTable':
        sendJson(response, { Table: tableDescription(String(input['TableName'])) });
        return;
      case 'DescribeStream':
        sendJson(response, { StreamDescription: this.#streamDescription(input) });
        return;
      case 'GetShardIterator':
        sendJson(response, { ShardIterator: `${String(input['ShardId'])}/0` });
        return;
      default:
        sendJson(response, { __type: 'UnknownOperationException' }, 400);
    }
  }

  #tableNames(): string[] {
    const { tableCount = 1 } = this.#settings;
    return Array.from({ length: tableCount }, (_, index) => tableNameOf(index));
  }

  #scan(input: Call['input'], response: ServerResponse): void {
    const startKey = input['ExclusiveStartKey'] as { pk: { S: string } } | undefined;
    const pageNumber = Number(startKey?.pk.S.replace(/^.*\//, '') ?? 0) + 1;
    if (this.#scanPages === undefined) {
      const ConsumedCapacity = { CapacityUnits: 0.5, TableName: tableName };
      sendJson(response, { ConsumedCapacity, ScannedCount: 0, Count: 0, Items: [] });
      return;
    }
    const isLast = pageNumber >= this.#settings.pagesPerSegment;
    const place = `${Number(input['Segment'] ?? 0)}/${pageNumber}`;
    sendPage(response, this.#scanPages.page(isLast ? undefined : place), this.served.scan);
  }

  #getRecords(input: Call['input'], response: ServerResponse): void {
    const [shardId = '', turn = '0'] = String(input['ShardIterator']).split('/');
    const next = `${shardId}/${Number(turn) + 1}`;
    const pages = this.#recordPages;
    if (pages === undefined) {
      sendJson(response, { Records: [], NextShardIterator: next });
      return;
    }
    const page = pages.page(next);
    sendPage(response, page, this.served.records, () => {
      pages.release(page);
    });
  }

  #streamDescription(input: Call['input']): object {
    const { StreamArn, ShardFilter, ExclusiveStartShardId: after } = input;
    const ids = Array.from(
      { length: this.#settings.shardCount },
      (_, index) => `shardId-${String(index + 1).padStart(20, '0')}-00000000`,
    ).filter((id) => typeof after !== 'string' || id > after);
    const listed = ShardFilter === undefined ? ids.slice(0, shardPageMax) : [];
    const isMore = ShardFilter === undefined && ids.length > shardPageMax;
    return {
      StreamArn,
      StreamStatus: 'ENABLED',
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      Shards: listed.map((ShardId) => ({
        ShardId,
        SequenceNumberRange: { StartingSequenceNumber: '100000000000000000000000' },
      })),
      ...(isMore ? { LastEvaluatedShardId: listed.at(-1) } : {}),
    };
  }
}

const arnOf = (TableName: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;

const tableDescription = (TableName: string) => ({
  TableName,
  TableArn: arnOf(TableName),
  TableId: '11111111-2222-3333-4444-555555555555',
  TableStatus: 'ACTIVE',
  CreationDateTime: 1787306400,
  AttributeDefinitions: keyAttributes.map(({ AttributeName, AttributeType }) => ({
    AttributeName,
    AttributeType,
  })),
  KeySchema: keyAttributes.map(({ AttributeName, KeyType }) => ({ AttributeName, KeyType })),
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
  ItemCount: 1_000_000_000,
  TableSizeBytes: 400_000_000_000,
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  LatestStreamArn: `${arnOf(TableName)}${streamSuffix}`,
});

function sendJson(response: ServerResponse, json: object, status = 200): void {
  const body = Buffer.from(JSON.stringify(json));
  response.writeHead(status, headers(body.length)).end(body);
}

/** Sends a page, and counts it once it is sent. */
export function sendPage(
  response: ServerResponse,
  page: PreparedPage,
  served: ServedCount,
  onSent: () => void = () => undefined,
): void {
  const { head, tail, checksum, count } = page;
  const length = head.length + tail.length;
  response.once('close', () => {
    served.pages += 1;
    served.bytes += length;
    served.elements += count;
    onSent();
  });
  response.writeHead(200, { ...headers(length), 'x-amz-crc32': String(checksum) });
  response.write(head);
  response.end(tail);
}

const headers = (length: number) => ({
  'content-type': 'application/x-amz-json-1.0',
  'content-length': length,
  'x-amzn-requestid': 'BENCHBENCHBENCHBENCHBENCHBENCHBENCHBENCHBENCHBENCHBE',
});
