/** When each change was acknowledged by DynamoDB, and when its document was committed to the collection. */

/** A change that a writer has sent. */
interface Change {
  readonly table: string;
  acknowledgedAtMs: number | undefined;
  /** When the document that was committed later came out of the connector. */
  capturedAtMs: number | undefined;
  /** Whether the table's backfill was unfinished when the change was acknowledged. */
  isDuringBackfill: boolean;
}

export interface Latency {
  readonly acknowledgedAtMs: number;
  readonly ms: number;
  readonly isDuringBackfill: boolean;
}

/**
 * Matches documents with changes: by the change's number, which puts and updates write into the item, or by the
 * key and the order for deletes, which leave nothing behind to be numbered.
 */
export class ChangeLog {
  readonly latencies: Latency[] = [];
  acknowledgedCount = 0;
  readonly #pending = new Map<string, Change>();
  readonly #pendingDeletes = new Map<string, string[]>();
  readonly #isBackfilling: (table: string) => boolean;

  constructor(isBackfilling: (table: string) => boolean) {
    this.#isBackfilling = isBackfilling;
  }

  /** Changes whose documents are still to come, or whose writes are still to be acknowledged. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Before a write is sent; its document may come back before its acknowledgement. */
  sent(change: number, table: string, deletedKey?: string): void {
    const id = String(change);
    this.#pending.set(id, {
      table,
      acknowledgedAtMs: undefined,
      capturedAtMs: undefined,
      isDuringBackfill: false,
    });
    if (deletedKey === undefined) return;
    const key = `${table} ${deletedKey}`;
    this.#pendingDeletes.set(key, [...(this.#pendingDeletes.get(key) ?? []), id]);
  }

  acknowledged(change: number, atMs: number): void {
    const pending = this.#pending.get(String(change));
    if (pending === undefined) return;
    pending.acknowledgedAtMs = atMs;
    pending.isDuringBackfill = this.#isBackfilling(pending.table);
    this.acknowledgedCount += 1;
    this.#settle(String(change), pending);
  }

  /** A stream document of a put or an update was committed. */
  captured(change: number, readAtMs: number): void {
    this.#captured(String(change), readAtMs);
  }

  /** A stream document of a delete was committed: it belongs to the oldest pending delete of its key. */
  capturedDelete(table: string, key: string, readAtMs: number): void {
    const ids = this.#pendingDeletes.get(`${table} ${key}`);
    const id = ids?.shift();
    if (ids?.length === 0) this.#pendingDeletes.delete(`${table} ${key}`);
    if (id !== undefined) this.#captured(id, readAtMs);
  }

  /** How long the oldest change of a table that is still to come has been waiting; 0 when none is. */
  lagMs(table: string, nowMs: number): number {
    // In the order they were sent; acknowledgements overtake each other by milliseconds only.
    for (const change of this.#pending.values()) {
      if (change.table === table && change.acknowledgedAtMs !== undefined) {
        return Math.max(0, nowMs - change.acknowledgedAtMs);
      }
    }
    return 0;
  }

  #captured(id: string, readAtMs: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.capturedAtMs = readAtMs;
    this.#settle(id, pending);
  }

  #settle(id: string, change: Change): void {
    const { acknowledgedAtMs, capturedAtMs, isDuringBackfill } = change;
    if (acknowledgedAtMs === undefined || capturedAtMs === undefined) return;
    this.#pending.delete(id);
    const ms = Math.max(0, capturedAtMs - acknowledgedAtMs);
    this.latencies.push({ acknowledgedAtMs, ms, isDuringBackfill });
  }
}

/** The latency that this share of the changes stayed within, in milliseconds; 0 for none at all. */
export function percentile(latencies: readonly Latency[], share: number): number {
  const sorted = latencies.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
