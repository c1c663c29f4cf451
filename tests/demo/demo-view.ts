/** How the demo looks while it runs. */

import pc from 'picocolors';
import type { DemoCapture } from './demo-capture.ts';
import { LiveLines, type LineOutput } from './live-lines.ts';

const barWidth = 24;
const nameWidth = 10;
/** Rates are those of the last few seconds. */
const rateWindowMs = 3_000;
/** Loaders report hundreds of times a second. */
const loadingMs = 100;
/** More than this is worth a colour. */
const lagMsFine = 1_000;

interface Sample {
  readonly atMs: number;
  readonly count: number;
}

export class DemoView {
  readonly #lines: LiveLines;
  /** When the loading was shown last. */
  #loadingAtMs = 0;
  readonly #samples = new Map<string, Sample[]>();

  constructor(output: LineOutput) {
    this.#lines = new LiveLines(output);
  }

  /** A line that stays. */
  say(line: string): void {
    this.#lines.print(line);
  }

  /** An event of the story, set off from what surrounds it. */
  event(line: string): void {
    this.#lines.print(`  ${pc.yellow('▸')} ${line}`);
  }

  loading(loaded: number, items: number, nowMs: number): void {
    if (loaded < items && nowMs - this.#loadingAtMs < loadingMs) return;
    this.#loadingAtMs = nowMs;
    this.#lines.show([`  ${lineHead('loading', loaded / items)}  ${countOf(loaded)} items`], nowMs);
  }

  /** One line per table, and one for the writers. */
  capturing(capture: DemoCapture, changeCount: number, nowMs: number): void {
    const lines = capture.tables.map(({ table: { name }, collection, keys }) => {
      const isDone = capture.isBackfilled(name);
      const share = isDone ? 1 : Math.min(0.99, collection.keyCount / Math.max(1, keys.count));
      const rate = this.#ratePerSecond(name, { atMs: nowMs, count: collection.documentCount });
      const count = `${countOf(collection.keyCount).padStart(9)} items`;
      const state = `${countOf(rate).padStart(7)}/s  ${lagText(capture.changes.lagMs(name, nowMs))}`;
      return `  ${lineHead(name, share)} ${count} ${state}`;
    });
    const written = capture.changes.acknowledgedCount;
    const seen = capture.changes.latencies.length;
    const changes = `${countOf(written).padStart(9)} written, ${countOf(seen)} captured`;
    this.#lines.show(
      [...lines, `  ${lineHead('changes', written / changeCount)} ${changes}`],
      nowMs,
    );
  }

  /** What is on the screen stays there. */
  rest(): void {
    this.#lines.rest();
  }

  #ratePerSecond(name: string, sample: Sample): number {
    const samples = this.#samples.get(name) ?? [];
    this.#samples.set(name, samples);
    samples.push(sample);
    while (samples.length > 2 && sample.atMs - (samples[0]?.atMs ?? 0) > rateWindowMs)
      samples.shift();
    const first = samples[0] ?? sample;
    const seconds = (sample.atMs - first.atMs) / 1000;
    return seconds > 0 ? Math.round((sample.count - first.count) / seconds) : 0;
  }
}

function lineHead(name: string, share: number): string {
  const full = Math.round(Math.min(1, share) * barWidth);
  const bar = pc.cyan('━'.repeat(full)) + pc.dim('─'.repeat(barWidth - full));
  const percent = `${Math.floor(Math.min(1, share) * 100)} %`.padStart(5);
  return `${name.padEnd(nameWidth)} ${bar} ${share >= 1 ? pc.green(percent) : percent}`;
}

function lagText(ms: number): string {
  const text = `lag ${(ms / 1000).toFixed(1)} s`;
  return ms <= lagMsFine ? pc.dim(text) : pc.yellow(text);
}

/** A number with its thousands set apart. */
export function countOf(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
