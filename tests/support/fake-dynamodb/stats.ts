/** What happened, for tests to judge. */

export class Stats {
  /** Calls that arrived, by operation. */
  readonly calls = new Map<string, number>();
  /** Faults that were played, by kind. */
  readonly faults = new Map<string, number>();
  /** Errors that were answered, by name. */
  readonly errors = new Map<string, number>();
  /** Capacity units consumed, by table and `read` or `write`: `orders read`. */
  readonly units = new Map<string, number>();
  /** Calls refused for capacity, by caller and second since the epoch: `AKIA… 1767225600`. */
  readonly throttles = new Map<string, number>();
  /** The most GetRecords calls one shard saw within one second of the clock. */
  getRecordsPerSecondMax = 0;
  /** Response bodies, in bytes. */
  bytesSent = 0;
  readonly #shardSeconds = new Map<string, { second: number; count: number }>();

  count(counters: Map<string, number>, key: string, amount = 1): void {
    counters.set(key, (counters.get(key) ?? 0) + amount);
  }

  noteThrottle(caller: string, nowMs: number): void {
    this.count(this.throttles, `${caller} ${Math.floor(nowMs / 1000)}`);
  }

  noteGetRecords(shardId: string, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const known = this.#shardSeconds.get(shardId);
    const count = known?.second === second ? known.count + 1 : 1;
    this.#shardSeconds.set(shardId, { second, count });
    this.getRecordsPerSecondMax = Math.max(this.getRecordsPerSecondMax, count);
  }

  /** Shards of which records were asked for. */
  get readShardCount(): number {
    return this.#shardSeconds.size;
  }

  /** Calls of one caller that were refused for capacity. */
  throttleCount(caller: string): number {
    let sum = 0;
    for (const [key, count] of this.throttles) if (key.startsWith(`${caller} `)) sum += count;
    return sum;
  }

  toJSON(): Record<string, unknown> {
    return {
      calls: Object.fromEntries(this.calls),
      faults: Object.fromEntries(this.faults),
      errors: Object.fromEntries(this.errors),
      units: Object.fromEntries(this.units),
      throttles: Object.fromEntries(this.throttles),
      getRecordsPerSecondMax: this.getRecordsPerSecondMax,
      bytesSent: this.bytesSent,
    };
  }
}
