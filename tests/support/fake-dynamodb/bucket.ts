/** A limit per second, with what was left unused. */

/**
 * Open as long as anything is left; what is taken then may overdraw it, since a scan's cost is known only
 * afterwards. An overdraft is paid back before it opens again.
 */
export class Bucket {
  readonly #unitsPerSecond: number;
  readonly #unitsMax: number;
  #units: number;
  #filledAtMs: number;

  constructor(unitsPerSecond: number, burstSeconds: number, nowMs: number) {
    this.#unitsPerSecond = unitsPerSecond;
    this.#unitsMax = unitsPerSecond * burstSeconds;
    // A new table has one second's worth, not a whole burst.
    this.#units = unitsPerSecond;
    this.#filledAtMs = nowMs;
  }

  isOpen(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#units > 0;
  }

  take(units: number): void {
    if (this.#unitsPerSecond < Infinity) this.#units -= units;
  }

  #fill(nowMs: number): void {
    if (this.#unitsPerSecond === Infinity || nowMs <= this.#filledAtMs) return;
    const earned = ((nowMs - this.#filledAtMs) / 1000) * this.#unitsPerSecond;
    this.#units = Math.min(this.#unitsMax, this.#units + earned);
    this.#filledAtMs = nowMs;
  }
}
