/** A few lines at the bottom of a terminal that keep changing; plain lines now and then where there is none. */

/** How often plain lines are printed. */
const plainMs = 5_000;
/** A line that wraps could not be drawn over. */
const columnsMin = 80;

export interface LineOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export class LiveLines {
  readonly #output: LineOutput;
  /** How many lines are on the screen that the next drawing replaces. */
  #drawn = 0;
  #plainAtMs = 0;

  constructor(output: LineOutput) {
    this.#output = output;
  }

  /** Shows these lines, each under 80 columns, in the place of those shown before. */
  show(lines: readonly string[], nowMs: number): void {
    if (!this.#isLive()) {
      if (nowMs - this.#plainAtMs < plainMs) return;
      this.#plainAtMs = nowMs;
      this.#output.write(`${lines.join('\n')}\n`);
      return;
    }
    this.#output.write(`${this.#erasure()}${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }

  /** Prints a line that stays. */
  print(line: string): void {
    this.#output.write(`${this.#erasure()}${line}\n`);
    this.#drawn = 0;
  }

  /** Leaves the lines as they are; what is shown next begins below them. */
  rest(): void {
    this.#drawn = 0;
    this.#plainAtMs = 0;
  }

  #isLive(): boolean {
    return this.#output.isTTY === true && (this.#output.columns ?? 0) >= columnsMin;
  }

  /** Up to the first of the lines drawn, and clear to the end of the screen. */
  #erasure(): string {
    return this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A\x1b[J`;
  }
}
