/** What the events of a plan do: to the tables, to Flow, and to the connector's process. */

import { setMaxListeners } from 'node:events';
import type { FakeClock } from '../support/fake-clock.ts';
import type { FaultRule } from '../support/fake-dynamodb/fake-dynamodb.ts';
import { isLong, type longLosses, type Plan } from './plan.ts';
import type { SimulatedFlow } from './simulated-flow.ts';
import type { World } from './world.ts';

/** More than the 24 hours that a stream remembers. */
const longPauseMs = 31 * 3600 * 1000;
/** In a pause, writes come when the shards that the state knows have gone over to others. */
const pauseBeforeWritesMs = 6 * 3600 * 1000;
/** A transaction of Flow's takes no longer. */
const commitMsMax = 5 * 60_000;
/** Longer than a shard is open. */
const idleBeforePauseMs = 5 * 3600 * 1000;
/** Who takes part in a history. */
export interface Actors {
  readonly plan: Plan;
  readonly world: World;
  readonly clock: FakeClock;
  readonly flow: SimulatedFlow;
  /** Ends the connector's process, if one runs. */
  readonly kill: () => void;
}

/** Reads of one shard are refused: its iterators are known by what they begin with. */
export function starved(shardId: string): FaultRule {
  const place = JSON.stringify([shardId]).slice(0, -1);
  const bodyPart = Buffer.from(place.slice(0, place.length - (place.length % 3)));
  return {
    kind: 'throttle',
    operation: 'GetRecords',
    bodyPart: bodyPart.toString('base64'),
    count: Infinity,
  };
}

export class PlanEvents {
  /** The reader of the output takes nothing before this moment, and no process is started before the other. */
  stalledUntilMs = 0;
  downUntilMs = 0;
  /** Tables whose bindings are removed at present. */
  readonly unbound = new Set<number>();
  readonly #actors: Actors;
  readonly #signal = new AbortController().signal;

  constructor(actors: Actors) {
    setMaxListeners(0, this.#signal);
    this.#actors = actors;
  }

  /** Resolves when the event is over; those that only begin something are over at once. */
  async play(event: Plan['events'][number]): Promise<void> {
    const { fake } = this.#actors.world;
    switch (event.kind) {
      case 'write':
        this.#actors.world.write(event.table, event.key, event.delete);
        break;
      case 'split':
        if (this.#hasUnlisted(event.table)) break;
        fake.splitShard(this.#actors.plan.tables[event.table]!.name);
        break;
      case 'roll-over':
        if (this.#hasUnlisted(event.table)) break;
        fake.rollOver(this.#actors.plan.tables[event.table]!.name);
        break;
      case 'skew':
        fake.skewClock(event.ms);
        break;
      case 'stall':
        this.stalledUntilMs = this.#actors.clock.now() + event.ms;
        break;
      case 'quiet':
        await this.#beQuiet(event.ms);
        break;
      case 'crash':
        this.#actors.kill();
        break;
      case 'down':
        this.downUntilMs = this.#actors.clock.now() + event.ms;
        this.#actors.kill();
        break;
      case 'throttle':
        this.#throttle(event.table, event.ms);
        break;
      case 'starve':
        this.#starve(event);
        break;
      case 'recovery':
        fake.setRecovery(
          this.#actors.plan.tables[event.table]!.name,
          event.days === 0 ? undefined : event.days,
        );
        break;
      case 'rebind':
        await this.#rebind(event.table, event.ms);
        break;
      case 'loss':
        if (isLong(event.how)) await this.#standStill(event.how);
        else this.#actors.world.lose(event.table, event.how, this.#shardsKnown(event.table));
        break;
    }
  }

  /**
   * True while a shard may be so young that no listing shows it. Shards live for minutes at least: a listing that
   * is late shows a shard before its grandchild is born.
   */
  #hasUnlisted(table: number): boolean {
    const [, lateMsMax] = this.#actors.plan.listing.childMs;
    const open = this.#actors.world.fake
      .shards(this.#actors.plan.tables[table]!.name)
      .filter((shard) => shard.isOpen);
    return open.some(({ id }) => this.#actors.clock.now() - Number(id.split('-')[1]) < lateMsMax);
  }

  /** Flow commits now and then: a state as old as the quiet would miss shards that came and went in it. */
  async #beQuiet(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= commitMsMax) {
      await this.#sleep(Math.min(leftMs, commitMsMax));
      this.#actors.flow.commit();
    }
  }

  /** All that is written goes on meanwhile. */
  #throttle(table: number, ms: number): void {
    const { name } = this.#actors.plan.tables[table]!;
    const { faults } = this.#actors.world.fake;
    const end = faults.add({
      kind: 'throttle',
      operation: 'GetRecords',
      table: name,
      count: Infinity,
    });
    void this.#sleep(ms).then(end);
  }

  #starve({ table, ms, isNew = false }: { table: number; ms: number; isNew?: boolean }): void {
    const { fake } = this.#actors.world;
    const { name } = this.#actors.plan.tables[table]!;
    const [shard] = fake.shards(name).filter(({ isOpen }) => isOpen);
    if (shard === undefined) return;
    const [id = shard.id] = isNew && !this.#hasUnlisted(table) ? fake.rollOver(name, shard.id) : [];
    const end = fake.faults.add(starved(id));
    void this.#sleep(ms).then(end);
  }

  /** The table is written to while nobody captures it. */
  async #rebind(table: number, ms: number): Promise<void> {
    this.unbound.add(table);
    this.#actors.kill();
    await this.#sleep(ms / 2);
    this.#writeAFew();
    await this.#sleep(ms / 2);
    this.unbound.delete(table);
    this.#actors.kill();
  }

  /** Stands still for longer than the stream remembers, while the tables are written to. */
  async #standStill(how: (typeof longLosses)[number]): Promise<void> {
    // By its end, shards with records have gone over to others without.
    if (how === 'idle-pause') await this.#sleep(idleBeforePauseMs);
    if (how === 'long-stall') {
      this.stalledUntilMs = this.#actors.clock.now() + longPauseMs;
      this.#writeAFew();
      for (const { name } of this.#actors.plan.tables) this.#actors.world.fake.rollOver(name);
    } else {
      this.downUntilMs = this.#actors.clock.now() + longPauseMs;
      this.#actors.kill();
    }
    await this.#sleep(pauseBeforeWritesMs);
    this.#writeAFew();
    await this.#sleep(longPauseMs - pauseBeforeWritesMs);
  }

  #writeAFew(): void {
    this.#actors.plan.tables.forEach((_, table) => {
      for (let key = 0; key < 3; key += 1) this.#actors.world.write(table, key, false);
    });
  }

  /** A table's shards as the committed state knows them: a restart does not take these back. */
  #shardsKnown(table: number): ReadonlyMap<string, boolean> {
    const tables = this.#actors.flow.state['bindingStateV1'] as
      | Record<string, { readonly shards?: Record<string, { readonly lastReadSequence?: string }> }>
      | undefined;
    const shards = tables?.[this.#actors.plan.tables[table]!.name]?.shards ?? {};
    return new Map(
      Object.entries(shards).map(([id, { lastReadSequence }]) => [
        id,
        lastReadSequence !== undefined,
      ]),
    );
  }

  #sleep(ms: number): Promise<void> {
    return this.#actors.clock.sleep(ms, this.#signal);
  }
}
