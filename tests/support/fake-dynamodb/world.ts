/** What all parts of the fake share: time, chance, settings, and what is due later. */

import { BinaryHeap } from '../binary-heap.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Settings } from './options.ts';
import type { SkewError } from './signature.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly act: (atMs: number) => void;
}

/**
 * Nothing here ever waits: what falls due (a roll-over, an expiry) is done at the next look at the fake, with
 * the time it was due. So a fake leaves no timer behind, and an idle day costs nothing.
 */
export class World {
  readonly settings: Settings;
  readonly random: () => number;
  /** By how much the server's own idea of the time is wrong: its `Date` header and its check of signatures. */
  skewMs = 0;
  /** How it calls a signature that is too old or too new. */
  skewError: SkewError = 'InvalidSignatureException';
  #aheadMs = 0;
  #order = 0;
  readonly #agenda = new BinaryHeap<Due>(
    (a, b) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order),
  );

  constructor(settings: Settings) {
    this.settings = settings;
    this.random = seededRandom(settings.seed);
  }

  /** The time of tables and streams, in milliseconds since the epoch. */
  now(): number {
    return this.settings.clock.now() + this.#aheadMs;
  }

  /** The time the server believes in when it talks to clients. */
  serverTime(): number {
    return this.now() + this.skewMs;
  }

  /** Puts tables and streams ahead of the clock: the way to let hours pass in real time. */
  advance(ms: number): void {
    this.#aheadMs += ms;
    this.settle();
  }

  /** Does something when its time has come. */
  schedule(atMs: number, act: (atMs: number) => void): void {
    if (atMs < Infinity) this.#agenda.push({ atMs, order: this.#order++, act });
  }

  /** Does what is due by now, in the order of time. Call before each look at tables and streams. */
  settle(): void {
    const nowMs = this.now();
    for (;;) {
      const due = this.#agenda.peek();
      if (due === undefined || due.atMs > nowMs) return;
      this.#agenda.pop();
      due.act(due.atMs);
    }
  }
}
