/** A DynamoDB of our own, which does on request what DynamoDB Local never does. */

import type { HttpTransport } from '../../../connector/host.ts';
import type { StreamViewType } from '../../../connector/table.ts';
import type { BucketStore } from '../fake-s3/bucket-store.ts';
import type { Item } from './attribute-value.ts';
import { type Access, shortScope, spend } from './capacity.ts';
import { Database } from './database.ts';
import type { ExportJob } from './export-job.ts';
import { Faults } from './faults.ts';
import { inProcessTransport } from './in-process.ts';
import { bareKeyOf, keyOf, type KeySchema } from './key.ts';
import type { LogEntry } from './log-entry.ts';
import { type Capacity, type FakeOptions, settingsOf } from './options.ts';
import { Service } from './service.ts';
import type { Shard } from './shard.ts';
import * as view from './shard-view.ts';
import type { SkewError } from './signature.ts';
import { Stats } from './stats.ts';
import type { Stream } from './stream.ts';
import type { Table, TableSpec } from './table.ts';
import { World } from './world.ts';

export type { AttributeValue, Item } from './attribute-value.ts';
export type { LogEntry } from './log-entry.ts';
export type { FaultChances, FaultKind, FaultRule } from './faults.ts';
export type { FakeOptions } from './options.ts';
export type { ShardListing, ShardView } from './shard-view.ts';
export type { TableMode, TableSpec } from './table.ts';

/**
 * The whole service in one process. Requests come over `transport()` or the HTTP server of `http-server.ts`, in
 * DynamoDB's own protocol; the methods here are the direct way for tests: they act at once, cost no capacity,
 * meet no faults, and throw as the service would.
 */
export class FakeDynamoDb {
  readonly faults: Faults;
  readonly stats = new Stats();
  readonly service: Service;
  readonly #world: World;
  readonly #database: Database;

  constructor(options: FakeOptions) {
    this.#world = new World(settingsOf(options));
    this.#database = new Database(this.#world);
    this.faults = new Faults(this.#world.random);
    this.service = new Service(this.#database, this.faults, this.stats);
  }

  /** The service as a transport that waits on the fake's clock; its host and port don't matter. */
  transport(): HttpTransport {
    return inProcessTransport(this.service, this.#world.settings.clock);
  }

  /** Every write that changed something, in the order of commits. */
  get log(): readonly LogEntry[] {
    this.#world.settle();
    return this.#database.log;
  }

  /** All that were asked for, oldest first. */
  get exports(): readonly ExportJob[] {
    this.#world.settle();
    return this.#database.exports.all();
  }

  /** The buckets of a fake S3, which the same transport and server reach. */
  get s3(): BucketStore {
    return this.#database.exports.store;
  }

  /** The time of tables and streams, in milliseconds since the epoch. */
  now(): number {
    return this.#world.now();
  }

  /** Puts tables and streams ahead of the clock, with all that happens to them in that time. */
  advance(ms: number): void {
    this.#world.advance(ms);
  }

  /** Makes the server's clock wrong, for its `Date` header and its check of signatures. */
  skewClock(ms: number, error: SkewError = 'InvalidSignatureException'): void {
    this.#world.skewMs = ms;
    this.#world.skewError = error;
  }

  // Tables

  createTable(spec: TableSpec): void {
    this.#world.settle();
    this.#database.createTable(spec);
  }

  dropTable(tableName: string): void {
    this.#database.dropTable(this.#table(tableName));
  }

  /** Items expire by this attribute; by none without a name. */
  setTimeToLive(tableName: string, attributeName: string | undefined): void {
    this.#database.setTimeToLive(this.#table(tableName), attributeName);
  }

  /** Point-in-time recovery, for so many days; off without. */
  setRecovery(tableName: string, days: number | undefined): void {
    this.#database.setRecovery(this.#table(tableName), days);
  }

  tableId(tableName: string): string {
    return this.#table(tableName).id;
  }

  keyOf(tableName: string): KeySchema {
    return this.#table(tableName).spec.key;
  }

  itemCount(tableName: string): number {
    return this.#table(tableName).itemCount;
  }

  // Items

  /** Puts an item; without a change there is no record. */
  put(tableName: string, item: Item): void {
    const table = this.#table(tableName);
    const own = JSON.parse(JSON.stringify(item)) as Item;
    this.#database.write(table, keyOf(table.spec.key, own), own);
  }

  /** Deletes the item of a key, given as its attributes. */
  delete(tableName: string, key: Item): void {
    const table = this.#table(tableName);
    this.#database.write(table, bareKeyOf(table.spec.key, key), undefined);
  }

  get(tableName: string, key: Item): Item | undefined {
    const table = this.#table(tableName);
    const text = table.entry(bareKeyOf(table.spec.key, key))?.version.text;
    return text === undefined ? undefined : (JSON.parse(text) as Item);
  }

  /** All items at this moment, in the order of a scan. */
  items(tableName: string): Item[] {
    return [...this.#table(tableName).itemTexts()].map((text) => JSON.parse(text) as Item);
  }

  // Capacity

  /**
   * Uses capacity at a key as another user would. False when it was refused, which counts among that user's
   * throttles: what a bad neighbour causes.
   */
  useCapacity(
    tableName: string,
    key: Item,
    access: Access,
    units: number,
    caller: string,
  ): boolean {
    const table = this.#table(tableName);
    const place = bareKeyOf(table.spec.key, key);
    const isRefused = shortScope(table, place, access, this.now()) !== undefined;
    if (isRefused) this.stats.noteThrottle(caller, this.now());
    else spend(table, place, access, units);
    return !isRefused;
  }

  /** Gives the partition of a key limits of its own: a hot key range. */
  limitPartition(tableName: string, key: Item, units: Capacity): void {
    const table = this.#table(tableName);
    const { hash } = bareKeyOf(table.spec.key, key);
    table.limitPartition(hash, { ...this.#database.limits(), partitionUnits: units });
  }

  // Streams

  enableStream(tableName: string, viewType: StreamViewType = 'NEW_AND_OLD_IMAGES'): void {
    this.#database.enableStream(this.#table(tableName), viewType);
  }

  /** Closes the stream's shards; its records stay readable as long as they live. */
  disableStream(tableName: string): void {
    this.#database.disableStream(this.#table(tableName));
  }

  streamArn(tableName: string): string {
    return this.#stream(tableName).arn;
  }

  /** All shards of the table's current stream, oldest first. */
  shards(tableName: string): view.ShardView[] {
    return view.shardViews(this.#stream(tableName), this.now());
  }

  /** The open shard that takes the records of a key. */
  shardOf(tableName: string, key: Item): string {
    const { hash } = bareKeyOf(this.#table(tableName).spec.key, key);
    return this.#stream(tableName).shardFor(hash).id;
  }

  /** Closes an open shard, or the first one, and divides its range among children, which it gives. */
  splitShard(tableName: string, shardId?: string, childCount = 2): string[] {
    const shard = view.openShardIn(this.#stream(tableName), shardId);
    const table = this.#table(tableName);
    if (childCount === 2) table.splitPartition(shard.low, this.#database.limits());
    return this.#succeed(tableName, shard, childCount);
  }

  /** Closes an open shard, or all of them, and opens one successor for each; gives those. */
  rollOver(tableName: string, shardId?: string): string[] {
    const stream = this.#stream(tableName);
    const shards =
      shardId === undefined ? stream.openShards() : [view.openShardIn(stream, shardId)];
    return shards.flatMap((shard) => this.#succeed(tableName, shard, 1));
  }

  /** Lets go of a shard's records, or all shards', up to a time or all there are. */
  trim(tableName: string, shardId?: string, upToMs = this.now()): void {
    for (const shard of this.#stream(tableName).shards()) {
      if (shardId === undefined || shard.id === shardId) shard.trimBefore(upToMs);
    }
  }

  /** Lets a shard vanish, from listings too, as when its time is over. */
  forgetShard(tableName: string, shardId: string): void {
    this.#stream(tableName).forget(shardId);
  }

  /** Changes what listings tell of one shard, and from when on. */
  setListing(tableName: string, shardId: string, listing: Partial<view.ShardListing>): void {
    view.setListing(view.shardIn(this.#stream(tableName), shardId), listing);
  }

  #table(tableName: string): Table {
    this.#world.settle();
    return this.#database.table(tableName);
  }

  #stream(tableName: string): Stream {
    const { stream } = this.#table(tableName);
    if (stream === undefined) throw new Error(`The table has no stream: ${tableName}`);
    return stream;
  }

  #succeed(tableName: string, shard: Shard, childCount: number): string[] {
    const children = this.#stream(tableName).succeed(shard, childCount, this.now());
    return children.map(({ id }) => id);
  }
}
