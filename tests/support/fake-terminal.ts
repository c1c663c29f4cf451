/** A terminal in memory: it understands what programs write to move about, and shows what a person would see. */

import pc from 'picocolors';
import type { Terminal } from '../../connector/cli/terminal/terminal.ts';

export interface FakeTerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** False for a pipe or a file. */
  readonly isTerminal?: boolean;
  /** False as in CI. */
  readonly isAnimated?: boolean;
}

/* eslint-disable no-control-regex -- escape sequences begin with a control character */
const sequence = /\u001b\[(\??[\d;]*)([A-Za-z])/y;

export class FakeTerminal implements Terminal {
  columns: number;
  readonly rows: number;
  readonly isTerminal: boolean;
  readonly isAnimated: boolean;
  readonly colors = pc.createColors(false);
  /** All that was written, as it was written. */
  written = '';
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(options: FakeTerminalOptions = {}) {
    const { columns = 80, rows = 24, isTerminal = true, isAnimated = isTerminal } = options;
    this.columns = isTerminal ? columns : Infinity;
    this.rows = isTerminal ? rows : Infinity;
    this.isTerminal = isTerminal;
    this.isAnimated = isAnimated;
  }

  /** The lines on the screen and above it, without blanks at their ends. */
  get lines(): string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  write(text: string): void {
    this.written += text;
    for (let at = 0; at < text.length;) {
      sequence.lastIndex = at;
      const [all, parameter = '', command = ''] = sequence.exec(text) ?? [];
      if (all === undefined) {
        this.#put(text[at] ?? '');
        at += 1;
      } else {
        this.#obey(command, parameter);
        at += all.length;
      }
    }
  }

  #put(character: string): void {
    if (character === '\n') {
      this.#moveTo(this.#row + 1, 0);
      return;
    }
    if (this.#column >= this.columns) this.#moveTo(this.#row + 1, 0);
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #obey(command: string, parameter: string): void {
    const count = Number(parameter || '1');
    const line = this.#lines[this.#row] ?? '';
    switch (command) {
      case 'A':
        this.#moveTo(Math.max(0, this.#row - count), this.#column);
        break;
      case 'B':
        this.#moveTo(this.#row + count, this.#column);
        break;
      case 'G':
        this.#column = count - 1;
        break;
      case 'K':
        this.#lines[this.#row] = parameter === '2' ? '' : line.slice(0, this.#column);
        break;
      case 'h':
      case 'l':
        // Modes, such as drawing a frame at once, change nothing that stays.
        break;
      default:
        throw new Error(`A fake terminal does not know the sequence "${parameter}${command}"`);
    }
  }

  #moveTo(row: number, column: number): void {
    while (this.#lines.length <= row) this.#lines.push('');
    this.#row = row;
    this.#column = column;
  }
}
