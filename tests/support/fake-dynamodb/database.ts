/** All tables and streams of the account, and the one way a write takes. */

import type { StreamViewType } from '../../../connector/table.ts';
import { BucketStore } from '../fake-s3/bucket-store.ts';
import { drawFrom } from '../seeded-random.ts';
import { isSameItem, type Item, settleItem } from './attribute-value.ts';
import { Backups } from './backups.ts';
import { Exports } from './exports.ts';
import { firstPlace, type Key, keyOf } from './key.ts';
import { type LogEntry, logEntry } from './log-entry.ts';
import { notFound, ServiceError } from './service-error.ts';
import { Stream, type StreamIdentity } from './stream.ts';
import { type Limits, Table, type TableSpec } from './table.ts';
import type { Moment, Version } from './versions.ts';
import type { World } from './world.ts';

/** A write about to happen; without an item it is a delete. */
interface Write {
  readonly table: Table;
  readonly key: Key;
  readonly item: Item | undefined;
  readonly atMs: number;
  readonly isExpiry: boolean;
}

export class Database {
  readonly world: World;
  readonly log: LogEntry[] = [];
  readonly exports: Exports;
  readonly #tables = new Map<string, Table>();
  readonly #streams = new Map<string, Stream>();
  #commitCount = 0;
  #tableCount = 0;
  // When the reads now under way began, oldest first.
  readonly #reads = new Set<Moment>();

  constructor(world: World) {
    this.world = world;
    const { region, accountId } = world.settings;
    this.exports = new Exports(world, new BucketStore({ region, ownerId: accountId }));
  }

  /** The present, after all that is due. */
  moment(): Moment {
    this.world.settle();
    return { commit: this.#commitCount, atMs: this.world.now() };
  }

  /** From now to `endRead`, versions that were current since are kept. */
  beginRead(): Moment {
    const moment = this.moment();
    this.#reads.add(moment);
    return moment;
  }

  endRead(moment: Moment): void {
    this.#reads.delete(moment);
  }

  /** All tables of an account. */
  tables(accountId: string): Table[] {
    return [...this.#tables.values()]
      .filter(({ name, arn }) => arn === this.#arnOf(name, accountId))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  streams(): Stream[] {
    return [...this.#streams.values()];
  }

  /**
   * By name in this account, or by ARN in any, as the APIs take it too. Everyone may see everything. Throws
   * `ResourceNotFoundException`.
   */
  table(nameOrArn: string, accountId = this.world.settings.accountId): Table {
    const arn = nameOrArn.startsWith('arn:') ? nameOrArn : this.#arnOf(nameOrArn, accountId);
    const table = this.#tables.get(arn);
    if (table === undefined) throw notFound(`Table: ${nameOrArn} not found`);
    return table;
  }

  stream(arn: string): Stream {
    const stream = this.#streams.get(arn);
    if (stream === undefined) throw notFound(`Stream: ${arn} not found`);
    return stream;
  }

  createTable(spec: TableSpec): Table {
    const homeId = this.world.settings.accountId;
    const { name, accountId = homeId } = spec;
    const arn = this.#arnOf(name, accountId);
    if (this.#tables.has(arn)) {
      throw new ServiceError('ResourceInUseException', `Table already exists: ${name}`);
    }
    const number = String(++this.#tableCount).padStart(12, '0');
    const homeName = accountId === homeId ? name : arn;
    const names = { id: `00000000-0000-4000-8000-${number}`, arn, homeName };
    const table = new Table(spec, names, this.limits());
    this.#tables.set(arn, table);
    if (spec.stream !== undefined) this.enableStream(table, spec.stream);
    this.setRecovery(table, spec.recoveryDays);
    return table;
  }

  dropTable(table: Table): void {
    if (table.stream?.status === 'ENABLED') this.disableStream(table);
    this.#tables.delete(table.arn);
  }

  enableStream(table: Table, viewType: StreamViewType): Stream {
    const nowMs = this.world.now();
    const identity = this.#streamIdentity(table, nowMs);
    const stream = new Stream(this.world, identity, viewType, table.partitions.all(), nowMs);
    this.#streams.set(stream.arn, stream);
    table.stream = stream;
    return stream;
  }

  /** The stream stays readable for as long as its records live. */
  disableStream(table: Table): void {
    const stream = table.stream;
    if (stream === undefined) return;
    const nowMs = this.world.now();
    stream.disable(nowMs);
    this.world.schedule(nowMs + this.world.settings.retentionMs, () => {
      this.#streams.delete(stream.arn);
      if (table.stream === stream) table.stream = undefined;
    });
  }

  /**
   * Turns point-in-time recovery on, for so many days, or off. Turned on again, it knows nothing of the time before;
   * the items there are it knows, as a full export right after shows them.
   */
  setRecovery(table: Table, days: number | undefined): void {
    if (days === undefined) {
      table.backups = undefined;
    } else if (table.backups === undefined) {
      const backups = new Backups(this.world.now(), days);
      table.backups = backups;
      for (const entry of table.entriesFrom(firstPlace)) {
        backups.note(entry, entry.version.text, entry.version.atMs);
      }
    } else {
      table.backups.recoveryDays = days;
    }
  }

  /** Items expire by this attribute from now on, those already there too; without a name none do. */
  setTimeToLive(table: Table, attributeName: string | undefined): void {
    table.timeToLive = attributeName === undefined ? undefined : { attributeName };
    if (attributeName === undefined) return;
    for (const { version } of table.entriesFrom(firstPlace)) {
      if (version.text !== undefined) {
        this.#planExpiry(table, JSON.parse(version.text) as Item, version);
      }
    }
  }

  /** What a partition may serve from now on. */
  limits(): Limits {
    const { partitionUnits, burstSeconds } = this.world.settings;
    return { partitionUnits, burstSeconds, nowMs: this.world.now() };
  }

  /** Puts an item, or deletes one. Gives what was there before. */
  write(table: Table, key: Key, item: Item | undefined): string | undefined {
    return this.#write({ table, key, item, atMs: this.world.now(), isExpiry: false });
  }

  #arnOf(tableName: string, accountId: string): string {
    return `arn:aws:dynamodb:${this.world.settings.region}:${accountId}:table/${tableName}`;
  }

  #streamIdentity(table: Table, nowMs: number): StreamIdentity {
    const label = new Date(nowMs).toISOString().slice(0, -1);
    const arn = `${table.arn}/stream/${label}`;
    // Two of the same millisecond would otherwise be one.
    return this.#streams.has(arn)
      ? this.#streamIdentity(table, nowMs + 1)
      : { tableName: table.name, key: table.spec.key, label, arn };
  }

  #write({ table, key, item, atMs, isExpiry }: Write): string | undefined {
    const weight = this.world.settings.itemWeight;
    const bytes = item === undefined ? 0 : settleItem(item) * weight;
    const text = item === undefined ? undefined : JSON.stringify(item);
    const before = table.entry(key)?.version;
    if (isSameState(before, text, item, bytes)) return before?.text;
    const version: Version = { text, bytes, commit: ++this.#commitCount, atMs, older: undefined };
    const entry = table.write(key, version, this.#horizonMs());
    table.backups?.note(entry, text, atMs);
    const eventName =
      before?.text === undefined ? 'INSERT' : text === undefined ? 'REMOVE' : 'MODIFY';
    const change = {
      eventName,
      keys: key.json,
      newImage: text,
      oldImage: before?.text,
      bytes: key.json.length + bytes + (before?.bytes ?? 0),
      atMs,
      isExpiry,
    } as const;
    const stream = table.stream?.status === 'ENABLED' ? table.stream : undefined;
    const written = stream?.append(key.hash, change);
    if (item !== undefined) this.#planExpiry(table, item, version);
    if (this.world.settings.keepsLog) this.log.push(logEntry(table, change, version, written));
    return before?.text;
  }

  /** Past it no read looks. */
  #horizonMs(): number {
    const [oldest] = this.#reads;
    const nowMs = this.world.now();
    return Math.min(oldest?.atMs ?? nowMs, nowMs) - this.world.settings.staleMs;
  }

  #planExpiry(table: Table, item: Item, version: Version): void {
    const name = table.timeToLive?.attributeName;
    const seconds = name !== undefined && Object.hasOwn(item, name) ? item[name]?.N : undefined;
    if (seconds === undefined) return;
    const { random, settings } = this.world;
    const expiresAtMs = Math.max(Number(seconds) * 1000, version.atMs);
    this.world.schedule(expiresAtMs + drawFrom(random, settings.expiryDelayMs), (atMs) => {
      const key = keyOf(table.spec.key, item);
      const isCurrent = table.entry(key)?.version === version;
      const isOn =
        table.timeToLive?.attributeName === name && this.#tables.get(table.arn) === table;
      if (isCurrent && isOn) this.#write({ table, key, item: undefined, atMs, isExpiry: true });
    });
  }
}

/** True when a write would change nothing, and so leaves no record. */
function isSameState(
  before: Version | undefined,
  text: string | undefined,
  item: Item | undefined,
  bytes: number,
): boolean {
  if (before?.text === text) return true;
  if (before?.text === undefined || item === undefined || before.bytes !== bytes) return false;
  return isSameItem(JSON.parse(before.text) as Item, item);
}
