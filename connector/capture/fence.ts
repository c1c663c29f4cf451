/** Which scanned item may still speak for its key. */

import type { PageTicket } from '../backfill/backfill.ts';

/**
 * Keys remembered at most. They only live as long as scan requests are in flight, about a second; more changes
 * than this in that time, and the pages that saw them begin are scanned again.
 */
const keysMax = 200_000;
/** And their text at most, in characters: a key can have 3 KB. */
const keyCharactersMax = 16 * 1024 * 1024;

/** The items of a page, by their place in it. */
export interface KeyedPage {
  readonly count: number;
  keyOf(index: number): string;
}

/** What may be emitted of a page: all but the items dropped, or nothing, because it must be scanned again. */
export type Admission =
  | { readonly kind: 'admitted'; readonly dropped: readonly number[] }
  | { readonly kind: 'scan-again' };

/**
 * Keeps scanned items from undoing changes that were emitted before them.
 *
 * Problem. Scan and stream run together. A page of items is read at some moment between its request and its
 * response, and emitted later. If a change of key k is emitted in between, the page's k may be older: emitting it
 * would undo the change, and if the change was a delete, bring the item back for good.
 *
 * Rule. While scan requests are in flight, remember the keys of emitted records. When a page arrives, drop from
 * it each item whose key was remembered since the page's request began.
 *
 * Why it holds. Pages are strongly consistent: a page holds every write that was completed before its request
 * began. A record is on the stream only after its write was completed. So a record emitted before the request
 * began is in the page, which is as new or newer; and for one emitted after, the item is dropped. A dropped item
 * loses nothing: the record that had it dropped is out, and if the item was newer than that, its own record is
 * still to come. An item that is newer than all records emitted so far stays, and its records follow.
 *
 * It leans on three things: pages are read with `ConsistentRead`; all output of a table goes through one emitter
 * in one process; and `admit` or `note` and the emission that follows are one synchronous step. The ticket is
 * taken before the request's first attempt and kept by its retries, which only widens the window.
 *
 * The memory is bounded. When it is full it is emptied, and the pages then in flight, which can no longer be
 * judged, are scanned again.
 */
export class Fence {
  /** Pages in flight, oldest first. */
  readonly #inFlight = new Set<PageTicket>();
  /** Key to the youngest page that was in flight when the key was emitted; in order of those pages. */
  readonly #keys = new Map<string, PageTicket>();
  #keyCharacters = 0;
  #lastTicket = 0;
  /** Pages up to this one were in flight when keys were lost. Raised when the memory is emptied. */
  #blindUpTo = 0;

  /** Keys remembered at this moment. */
  get keyCount(): number {
    return this.#keys.size;
  }

  /** Takes a ticket for a page; to be called before its request is sent. */
  begin(): PageTicket {
    this.#lastTicket += 1;
    this.#inFlight.add(this.#lastTicket);
    return this.#lastTicket;
  }

  /** Remembers the keys of records that are about to be emitted, if any page is in flight; else they are not made. */
  note(keys: () => readonly string[]): void {
    if (this.#inFlight.size === 0) return;
    for (const key of keys()) {
      // Deleted first, so that the map stays in order of pages.
      if (!this.#keys.delete(key)) this.#keyCharacters += key.length;
      this.#keys.set(key, this.#lastTicket);
    }
    if (this.#keys.size > keysMax || this.#keyCharacters > keyCharactersMax) this.#forgetAll();
  }

  /** Judges the items of a page, which must be emitted before anything else is noted. */
  admit(ticket: PageTicket, page: KeyedPage): Admission {
    if (ticket <= this.#blindUpTo) return { kind: 'scan-again' };
    const dropped: number[] = [];
    if (this.#keys.size > 0) {
      for (let index = 0; index < page.count; index += 1) {
        const notedAt = this.#keys.get(page.keyOf(index));
        if (notedAt !== undefined && notedAt >= ticket) dropped.push(index);
      }
    }
    return { kind: 'admitted', dropped };
  }

  /** Lets go of a page that was emitted or given up, and of the keys that no other page needs. */
  end(ticket: PageTicket): void {
    this.#inFlight.delete(ticket);
    const [oldest = Infinity] = this.#inFlight;
    for (const [key, notedAt] of this.#keys) {
      if (notedAt >= oldest) return;
      this.#keys.delete(key);
      this.#keyCharacters -= key.length;
    }
  }

  #forgetAll(): void {
    this.#keys.clear();
    this.#keyCharacters = 0;
    this.#blindUpTo = this.#lastTicket;
  }
}
