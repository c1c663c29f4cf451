/** The tables of a history, and those who write to them. */

import type { FakeClock } from '../support/fake-clock.ts';
import {
  FakeDynamoDb,
  type FakeOptions,
  type Item,
} from '../support/fake-dynamodb/fake-dynamodb.ts';
import { drawBelow, seededRandom } from '../support/seeded-random.ts';
import type { longLosses, Loss, Plan, TablePlan } from './plan.ts';

/** Where exports go. */
export const exportBucket = 'exports';

/** Makes the fake as a plan wants it, with its tables, still empty. */
export function createEmptyWorld(
  plan: Plan,
  clock: FakeClock,
  options: Partial<FakeOptions> = {},
): World {
  const { seed, latencyMs, visibilityMs, rollOverMs, shardLifeMs } = plan;
  const { listing, listingPageLength, recovery } = plan;
  const fake = new FakeDynamoDb({
    ...{
      clock,
      seed,
      latencyMs,
      visibilityMs,
      rollOverMs,
      shardLifeMs,
      listing,
      listingPageLength,
    },
    expiryDelayMs: [0, 60_000],
    // As in `openRequest`: so S3 checks every signature.
    secrets: { AKIASIMULATION: 'secret' },
    ...(recovery === undefined
      ? {}
      : { exportDelayMs: recovery.exportDelayMs, exportFileItems: recovery.exportFileItems }),
    ...options,
  });
  for (const table of plan.tables) createTable(fake, table, plan);
  fake.s3.create(exportBucket);
  return new World(plan, fake);
}

/** The same with first items and a past. */
export async function createWorld(plan: Plan, clock: FakeClock): Promise<World> {
  const world = createEmptyWorld(plan, clock);
  plan.tables.forEach((table, index) => {
    for (let key = 0; key < table.itemCount; key += 1) world.write(index, key, false);
  });
  await clock.advance(plan.prehistoryMs);
  plan.tables.forEach((_, index) => {
    for (let key = 0; key < 3; key += 1) world.write(index, key, key === 2);
  });
  const { count = 0, everyMs = 0 } = plan.endedBefore ?? {};
  for (let ended = 0; ended < count; ended += 1) {
    for (const { name } of plan.tables) world.fake.rollOver(name);
    await clock.advance(everyMs);
    plan.tables.forEach((_, index) => {
      for (let key = 0; key < 3; key += 1) world.write(index, key, false);
    });
  }
  return world;
}

function createTable(fake: FakeDynamoDb, table: TablePlan, { recovery }: Plan): void {
  // Another account's, where it goes by its ARN.
  const [, accountId, name = table.name] =
    /^arn:aws:dynamodb:[^:]*:(\d+):table\/(.+)$/.exec(table.name) ?? [];
  fake.createTable({
    name,
    accountId,
    key: table.keyTypes.map((type, index) => ({ name: ['pk', 'sk'][index]!, type })),
    stream: table.viewType,
    partitionCount: table.partitionCount,
    recoveryDays: recovery?.days,
    ...(table.readUnits === undefined
      ? {}
      : { mode: { type: 'provisioned', units: { read: table.readUnits, write: 10_000 } } }),
    ...(table.mode === undefined ? {} : { mode: table.mode }),
  });
  if (table.hasTimeToLive) fake.setTimeToLive(table.name, 'ttl');
}

/** Each put has a version `v` of its own, over all tables, so that a document tells which write it shows. */
const doubles = ['1', '2.5', '-7.25'];
const amounts = ['1', '2.5', '18446744073709551617', '0.33333333333333333333333333333333333333'];

export class World {
  readonly plan: Plan;
  readonly fake: FakeDynamoDb;
  readonly #random: () => number;
  #version = 0;

  constructor(plan: Plan, fake: FakeDynamoDb) {
    this.plan = plan;
    this.fake = fake;
    this.#random = seededRandom(plan.seed + 1);
  }

  /** Puts or deletes the item of a key. */
  write(table: number, key: number, isDelete: boolean): void {
    const { name, keyTypes, hasTimeToLive } = this.plan.tables[table]!;
    const keyItem = keyItemOf(keyTypes, key);
    if (isDelete) {
      this.fake.delete(name, keyItem);
      return;
    }
    this.#version += 1;
    const item: Item = { ...keyItem, v: { N: String(this.#version) } };
    // Attributes come and go, so that what a document replaces would show through.
    const random = this.#random;
    for (const attribute of ['a', 'b', 'c', '__proto__', '_meta']) {
      if (random() < 0.4) setOwn(item, attribute, { S: `${attribute} of ${this.#version}` });
    }
    // Texts that look like numbers, and numbers of every kind.
    const version = this.#version;
    item['zip'] = { S: String(version % 2 === 0 ? version : `0${version}`) };
    const kinds = this.plan.options?.numbers === 'double' ? doubles : amounts;
    item['amount'] = { N: kinds[version % kinds.length]! };
    if (random() < 0.1) item['big'] = { S: 'x'.repeat(drawBelow(random, 20_000)) };
    if (hasTimeToLive && random() < 0.5) {
      const seconds = Math.floor(this.fake.now() / 1000) + drawBelow(random, 60);
      item['ttl'] = { N: String(seconds) };
    }
    this.fake.put(name, item);
  }

  /** Loses stream records of a table; how many were unread, chance decides. `known` are the state's shards, each with whether it has a position. */
  lose(
    table: number,
    how: Exclude<Loss, (typeof longLosses)[number]>,
    known: ReadonlyMap<string, boolean>,
  ): void {
    const plan = this.plan.tables[table]!;
    const { fake } = this;
    switch (how) {
      case 'trim':
        // Written this very moment, so that nobody has read them.
        for (let key = 0; key < plan.keyCount; key += 3) this.write(table, key, false);
        // Records go a day after they came: of a shard that was never read, they would not go before the shard.
        for (const { id } of fake.shards(plan.name)) {
          if (known.get(id) === true) fake.trim(plan.name, id);
        }
        break;
      case 'forget-shard': {
        // Only closed shards vanish, and only a day after they were listed, the oldest ones first.
        const shards = fake.shards(plan.name);
        const victims = shards.filter(({ id, isOpen }) => isOpen && known.has(id));
        if (victims.length === 0) break;
        const { id } = victims[drawBelow(this.#random, victims.length)]!;
        fake.rollOver(plan.name, id);
        for (let at: string | undefined = id; at !== undefined;) {
          const parentId: string | undefined = shards.find((shard) => shard.id === at)?.parentId;
          fake.forgetShard(plan.name, at);
          at = parentId;
        }
        break;
      }
      case 'new-stream':
        fake.disableStream(plan.name);
        this.write(table, 0, false);
        fake.enableStream(plan.name, plan.viewType);
        break;
      case 'new-table':
        fake.dropTable(plan.name);
        createTable(fake, plan, this.plan);
        for (let key = 1; key < plan.keyCount; key += 2) this.write(table, key, false);
        break;
    }
  }
}

function keyItemOf(keyTypes: TablePlan['keyTypes'], key: number): Item {
  const values = keyTypes.map((type, index) => keyValue(type, index === 0 ? key % 17 : key));
  const names = ['pk', 'sk'].slice(0, keyTypes.length);
  if (keyTypes.length === 1) return { pk: keyValue(keyTypes[0]!, key) };
  return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
}

function keyValue(type: 'S' | 'N' | 'B', key: number): Item[string] {
  // Texts whose order, escapes and digits invite mistakes.
  if (type === 'S') return { S: `k${key}"\u{1f600}\\` };
  if (type === 'B') return { B: Buffer.from([0, key & 0xff, 255, key >> 8]).toString('base64') };
  return {
    N:
      key % 3 === 0
        ? `1234567890123456789012345678901234567${key % 10}${key}`.slice(-38)
        : `${key}.5`,
  };
}

function setOwn(item: Item, name: string, value: Item[string]): void {
  Object.defineProperty(item, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
