/** The two ends of a session that runs in this process: its input, and its output. */

import type { ByteSink } from '../../host.ts';
import type { CapturedBatch, SessionOutput } from './session-output.ts';

/** Requests as JSON lines, until it is ended. */
export class RequestQueue {
  readonly #lines: Uint8Array[] = [];
  #isEnded = false;
  #wake: () => void = () => undefined;

  push(request: object): void {
    this.#lines.push(Buffer.from(`${JSON.stringify(request)}\n`));
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) yield line;
      else if (this.#isEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

interface Write {
  readonly bytes: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits what is written, in order. While one commit is under way others wait, and are committed together by the
 * next: so each commit takes as much as there is, nothing waits for a timer, and a slow disk makes commits larger
 * rather than the capture slower by each.
 */
export class CommitQueue implements ByteSink {
  readonly #output: SessionOutput;
  readonly #commit: (batches: readonly CapturedBatch[]) => Promise<boolean>;
  readonly #onEnough: () => void;
  #waiting: Write[] = [];
  /** Set while a commit is under way. */
  #working: Promise<void> | undefined;
  /** Set by the first commit that says so; whatever is written afterwards is dropped. */
  #hasEnough = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    output: SessionOutput,
    commit: (batches: readonly CapturedBatch[]) => Promise<boolean>,
    onEnough: () => void,
  ) {
    this.#output = output;
    this.#commit = commit;
    this.#onEnough = onEnough;
  }

  /** What failed a commit; there are none after it. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  write(pieces: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve, reject) => {
      // Copied: a write that is dropped may be over while the connector uses its bytes again.
      this.#waiting.push({ bytes: Buffer.concat(pieces), resolve, reject });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when everything written so far has been committed or dropped. Never rejects. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    // All that is written in this turn of the event loop goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const writes = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#failure !== undefined) throw this.#failure.error;
        if (!this.#hasEnough) await this.#take(writes);
        for (const { resolve } of writes) resolve();
      } catch (error) {
        this.#failure ??= { error };
        for (const { reject } of writes) reject(error);
      }
    }
    this.#working = undefined;
  }

  async #take(writes: readonly Write[]): Promise<void> {
    const batches = writes.flatMap(({ bytes }) => this.#output.read(bytes));
    if (batches.length === 0 || !(await this.#commit(batches))) return;
    this.#hasEnough = true;
    this.#onEnough();
  }
}
