/** Pages of a table nobody writes to, kept as they were read. */

/** Items of a page, and what is said about them. */
export interface Page {
  /** The items' JSON, joined by commas. */
  readonly items: string;
  readonly count: number;
  readonly bytes: number;
  /** JSON of the key from which to go on; absent at the end. */
  readonly lastKey: string | undefined;
}

// Enough for measurements that read a table again and again; larger tables are read anew past it.
const cachedBytesMax = 256 * 1024 * 1024;

export class PageCache {
  readonly #pages = new Map<string, Page>();
  #bytes = 0;

  get(request: string): Page | undefined {
    return this.#pages.get(request);
  }

  /** Keeps a page, unless too much is kept already. */
  add(request: string, page: Page): void {
    if (this.#bytes + page.items.length > cachedBytesMax) return;
    this.#pages.set(request, page);
    this.#bytes += page.items.length;
  }

  /** To be called at every write. */
  clear(): void {
    if (this.#pages.size === 0) return;
    this.#pages.clear();
    this.#bytes = 0;
  }
}
