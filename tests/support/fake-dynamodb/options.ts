/** How a fake DynamoDB behaves when nobody asks for anything special. */

import type { Clock } from '../../../connector/host.ts';
import type { Range } from '../seeded-random.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export interface FakeOptions {
  readonly clock: Clock;
  /** All chance follows from it. */
  readonly seed?: number;
  readonly region?: string;
  /** The account of the server's tables, and of every caller that has none of its own. */
  readonly accountId?: string;
  /** Account ids by access key: a bare name means a table of the caller's account, an ARN may mean another's. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** From a request's arrival to its response. */
  readonly latencyMs?: Range;
  /** From a write's commit to its record being readable. */
  readonly visibilityMs?: Range;
  /** How far behind an eventually consistent read may be; strong reads never are. */
  readonly staleMs?: number;
  /** How long a shard is open. */
  readonly rollOverMs?: Range;
  /** How long a record can be read; also how long the stream of a dropped table, or a disabled one, lives on. */
  readonly retentionMs?: number;
  /** How long after its end a shard is listed; longer than the retention on AWS. */
  readonly shardLifeMs?: number;
  readonly iteratorLifeMs?: number;
  /** From its expiry time to an item's deletion. */
  readonly expiryDelayMs?: Range;
  /** Shards on a page of a listing, at most. */
  readonly listingPageLength?: number;
  /** Listings that lag behind the truth; drawn anew for each shard. */
  readonly listing?: ListingLag;
  /** Capacity units per second of one partition; `Infinity` lifts the limit. */
  readonly partitionUnits?: Capacity;
  readonly describeStreamPerSecond?: number;
  /** Per shard. Not documented by AWS, hence off unless set. */
  readonly getRecordsPerSecond?: number;
  /** Seconds of unused capacity that a provisioned table may spend at once. */
  readonly burstSeconds?: number;
  /** Each item counts as so many times its bytes: capacity and pages of large items without their memory. */
  readonly itemWeight?: number;
  /** From an export's request to its end. */
  readonly exportDelayMs?: Range;
  /** Items of a data file, at most. */
  readonly exportFileItems?: number;
  /** By so much at most, an item of a full export is older or newer than its time: AWS says a minute. */
  readonly exportBlurMs?: number;
  /** Secret keys by access key: S3 checks the signatures made with them, and believes all others. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Refuses requests signed more than five minutes off its time, as AWS does; emulators look at no signature. */
  readonly checksSignatureTime?: boolean;
  /** Remembers every write; off for loads that would fill the memory. */
  readonly keepsLog?: boolean;
}

export interface Capacity {
  readonly read: number;
  readonly write: number;
}

export interface ListingLag {
  /** From a shard's birth to its first showing in a full listing. */
  readonly childMs?: Range;
  /** From a shard's birth to its showing among its parent's children; `Infinity` for a server that never tells. */
  readonly childFilterMs?: Range;
  /** From a shard's end to its listing as closed. */
  readonly openParentMs?: Range;
}

export type Settings = Required<Omit<FakeOptions, 'listing'>> & {
  readonly listing: Required<ListingLag>;
};

const defaults = {
  seed: 1,
  region: 'us-east-1',
  accountId: '123456789012',
  accounts: {},
  latencyMs: [4, 12],
  visibilityMs: [20, 300],
  staleMs: 1000,
  rollOverMs: [4 * hourMs, 4 * hourMs + 5 * minuteMs],
  retentionMs: 24 * hourMs,
  shardLifeMs: 30 * hourMs,
  iteratorLifeMs: 15 * minuteMs,
  expiryDelayMs: [0, 10 * minuteMs],
  partitionUnits: { read: 3000, write: 1000 },
  listingPageLength: 100,
  describeStreamPerSecond: 10,
  getRecordsPerSecond: Infinity,
  burstSeconds: 300,
  itemWeight: 1,
  exportDelayMs: [10 * minuteMs, 20 * minuteMs],
  exportFileItems: 10_000,
  exportBlurMs: minuteMs,
  secrets: {},
  checksSignatureTime: true,
  keepsLog: true,
} as const;

const noLag = { childMs: [0, 0], childFilterMs: [0, 0], openParentMs: [0, 0] } as const;

export function settingsOf(options: FakeOptions): Settings {
  return { ...defaults, ...options, listing: { ...noLag, ...options.listing } };
}
