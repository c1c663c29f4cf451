/** The service behind the wire: a request is taken in, time passes, and it is answered. */

import { drawFrom } from '../seeded-random.ts';
import { Bucket } from './bucket.ts';
import { batchGetItem } from './batch-get.ts';
import type { Handler } from './call.ts';
import type { Database } from './database.ts';
import * as exports from './export-calls.ts';
import { type Fault, type Faults, isAnswerFault, isObjectFault } from './faults.ts';
import { Input } from './input.ts';
import { describeStream, listStreams } from './listing.ts';
import { objectRefusalOf, refusalOf } from './refusal.ts';
import { respelled } from './respell.ts';
import { damaged, type Response, responseOf } from './response.ts';
import { s3RequestOf, type S3Request, type ServedRequest } from '../fake-s3/s3-request.ts';
import { answerS3 } from '../fake-s3/s3-service.ts';
import { getItem, scan } from './scan.ts';
import { ServiceError } from './service-error.ts';
import { getRecords, getShardIterator } from './shard-reading.ts';
import { assertSignatureTime, callerOf, type Headers } from './signature.ts';
import type { Stats } from './stats.ts';
import * as tables from './tables.ts';
import type { Moment } from './versions.ts';
import { batchWriteItem, deleteItem, putItem, updateItem } from './writes.ts';

const handlers: Readonly<Record<string, Handler>> = {
  'DynamoDB_20120810.BatchGetItem': batchGetItem,
  'DynamoDB_20120810.BatchWriteItem': batchWriteItem,
  'DynamoDB_20120810.CreateTable': tables.createTable,
  'DynamoDB_20120810.DeleteItem': deleteItem,
  'DynamoDB_20120810.DeleteTable': tables.deleteTable,
  'DynamoDB_20120810.DescribeContinuousBackups': exports.describeContinuousBackups,
  'DynamoDB_20120810.DescribeExport': exports.describeExport,
  'DynamoDB_20120810.DescribeTable': tables.describeTable,
  'DynamoDB_20120810.DescribeTimeToLive': tables.describeTimeToLive,
  'DynamoDB_20120810.ExportTableToPointInTime': exports.exportTable,
  'DynamoDB_20120810.GetItem': getItem,
  'DynamoDB_20120810.ListExports': exports.listExports,
  'DynamoDB_20120810.ListTables': tables.listTables,
  'DynamoDB_20120810.PutItem': putItem,
  'DynamoDB_20120810.Scan': scan,
  'DynamoDB_20120810.UpdateContinuousBackups': exports.updateContinuousBackups,
  'DynamoDB_20120810.UpdateItem': updateItem,
  'DynamoDB_20120810.UpdateTable': tables.updateTable,
  'DynamoDB_20120810.UpdateTimeToLive': tables.updateTimeToLive,
  'DynamoDBStreams_20120810.DescribeStream': describeStream,
  'DynamoDBStreams_20120810.GetRecords': getRecords,
  'DynamoDBStreams_20120810.GetShardIterator': getShardIterator,
  'DynamoDBStreams_20120810.ListStreams': listStreams,
};

const slowDelayMs = 10_000;

/** How a request ends. */
export type Outcome =
  | { readonly type: 'response'; readonly response: Response }
  /** The connection breaks before anything came back. */
  | { readonly type: 'reset' }
  /** The connection breaks in the middle of this response. */
  | { readonly type: 'cut'; readonly response: Response };

/** A request that was taken in. */
export interface Exchange {
  readonly headers: Headers;
  readonly body: string;
  /** Absent for DynamoDB's own calls. */
  readonly s3: S3Request | undefined;
  /** For instance `Scan`. */
  readonly operation: string;
  readonly caller: string;
  readonly begun: Moment;
  readonly fault: Fault | undefined;
  /** After this it is to be finished; `Infinity` when no answer ever comes. */
  readonly delayMs: number;
}

export class Service {
  readonly #database: Database;
  readonly #faults: Faults;
  readonly #stats: Stats;
  readonly #describeStreams: Bucket;
  #requestCount = 0;

  constructor(database: Database, faults: Faults, stats: Stats) {
    const { settings } = database.world;
    this.#database = database;
    this.#faults = faults;
    this.#stats = stats;
    this.#describeStreams = new Bucket(settings.describeStreamPerSecond, 1, database.world.now());
  }

  /** Takes a request in. It must be brought to its end by `finish` or `abandon`. Header names in lower case. */
  begin(request: ServedRequest): Exchange {
    const { random, settings } = this.#database.world;
    const { headers } = request;
    const s3 = s3RequestOf(request);
    const body =
      typeof request.body === 'string' ? request.body : Buffer.from(request.body).toString();
    const target = headers['x-amz-target'] ?? '';
    const operation = s3?.operation ?? target.slice(target.indexOf('.') + 1);
    const caller = callerOf(headers);
    this.#stats.count(this.#stats.calls, operation);
    const about = s3 === undefined ? body : request.path;
    const fault = this.#faults.pick({ operation, body: about, caller });
    if (fault !== undefined) this.#stats.count(this.#stats.faults, fault.kind);
    const latencyMs = drawFrom(random, settings.latencyMs);
    const begun = this.#database.beginRead();
    const delayMs = delayOf(fault) ?? latencyMs;
    return { headers, body, s3, operation, caller, begun, fault, delayMs };
  }

  /** Carries a request out and answers it. */
  finish(exchange: Exchange): Outcome {
    const { random } = this.#database.world;
    const kind = exchange.fault?.kind;
    try {
      if (kind === 'reset') return { type: 'reset' };
      const response = this.#respond(exchange);
      if (kind === 'reset-after') return { type: 'reset' };
      if (kind === 'cut') return { type: 'cut', response };
      return { type: 'response', response: damaged(response, kind, random) };
    } finally {
      this.#database.endRead(exchange.begun);
    }
  }

  /** The caller went away, or waits for ever: the request is carried out all the same, or not, by chance. */
  abandon(exchange: Exchange): void {
    if (this.#database.world.random() < 0.5) this.finish(exchange);
    else this.#database.endRead(exchange.begun);
  }

  #respond(exchange: Exchange): Response {
    if (exchange.s3 !== undefined) return this.#respondAsS3(exchange, exchange.s3);
    try {
      this.#database.world.settle();
      const json = this.#carryOut(exchange);
      const isOdd = exchange.fault?.kind === 'respelled';
      return this.#response(200, isOdd ? respelled(json, this.#database.world.random) : json);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#stats.count(this.#stats.errors, error.name);
      return this.#response(error.status, error.toJson());
    }
  }

  #carryOut({ headers, body, operation, caller, begun, fault }: Exchange): string {
    const database = this.#database;
    const { accounts, accountId: homeId, checksSignatureTime } = database.world.settings;
    if (checksSignatureTime) {
      assertSignatureTime(headers, database.world.serverTime(), database.world.skewError);
    }
    const input = Input.parse(body);
    const accountId = accounts[caller] ?? homeId;
    const handler = handlers[headers['x-amz-target'] ?? ''];
    if (handler === undefined) throw new ServiceError('UnknownOperationException', '');
    const answerFault = fault !== undefined && isAnswerFault(fault.kind) ? fault.kind : undefined;
    if (fault !== undefined && !isAnswerFault(fault.kind) && !isObjectFault(fault.kind)) {
      const refusal = refusalOf(
        { ...fault, kind: fault.kind },
        { database, operation, input, caller, accountId },
      );
      if (refusal !== undefined) throw refusal;
    }
    if (operation === 'DescribeStream') this.#assertListingRate(caller);
    return handler({
      database,
      stats: this.#stats,
      operation,
      input,
      begun,
      caller,
      accountId,
      fault: answerFault,
      faultReason: fault?.reason,
    });
  }

  #respondAsS3({ operation, fault }: Exchange, request: S3Request): Response {
    const {
      world,
      exports: { store },
    } = this.#database;
    world.settle();
    const { secrets } = world.settings;
    const context = { store, secrets, serverMs: world.serverTime(), number: ++this.#requestCount };
    const kind = fault?.kind;
    const objectFault = kind !== undefined && isObjectFault(kind) ? kind : undefined;
    const { code, ...response } = answerS3(request, context, objectFault, () => {
      const refusal = kind === undefined ? undefined : objectRefusalOf(kind);
      if (refusal !== undefined) throw refusal;
    });
    if (code !== undefined) this.#stats.count(this.#stats.errors, `${operation} ${code}`);
    this.#stats.bytesSent += response.body.length;
    return response;
  }

  #response(status: number, json: string): Response {
    const serverMs = this.#database.world.serverTime();
    const response = responseOf({ status, json, serverMs, number: ++this.#requestCount });
    this.#stats.bytesSent += response.body.length;
    return response;
  }

  #assertListingRate(caller: string): void {
    const nowMs = this.#database.world.now();
    if (this.#describeStreams.isOpen(nowMs)) {
      this.#describeStreams.take(1);
      return;
    }
    this.#stats.noteThrottle(caller, nowMs);
    throw new ServiceError('ThrottlingException', 'Rate exceeded');
  }
}

function delayOf(fault: Fault | undefined): number | undefined {
  if (fault?.kind === 'hang') return Infinity;
  return fault?.kind === 'slow' ? (fault.delayMs ?? slowDelayMs) : undefined;
}
