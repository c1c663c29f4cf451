/** How a capture shows its progress on stderr: bars that move, plain lines now and then, or JSON. */

import { createLogUpdate } from 'log-update';
import type { LogEvent } from '../../log.ts';
import { rfc3339 } from '../../time.ts';
import { progressLines } from './progress-lines.ts';
import type { Progress } from './progress-meter.ts';
import { bytesText, countText, plural } from '../terminal/format.ts';
import { wrapped } from '../terminal/table-view.ts';
import type { Colors, Terminal } from '../terminal/terminal.ts';

/** Where nothing moves, a line is for the record. */
const plainIntervalMs = 10_000;
/** Machines that watch want to know sooner. */
const jsonIntervalMs = 1_000;

export interface ProgressView {
  /** What the connector says it is doing. */
  status(sentence: string): void;
  progress(progress: Progress): void;
  /** A line that stays. */
  say(line: string): void;
  /** A warning, an error or news of the connector's that does not end it. */
  warn(event: LogEvent): void;
  /** Takes away whatever moves, so that something else can be written. */
  clear(): void;
  /** Shows again what was taken away. */
  restore(): void;
}

/** The view that suits an output. */
export function progressViewOn(terminal: Terminal, isJson: boolean): ProgressView {
  if (isJson) return jsonView(terminal);
  return terminal.isAnimated ? liveView(terminal) : plainView(terminal);
}

function liveView(terminal: Terminal): ProgressView {
  const stream = {
    isTTY: true,
    get columns() {
      return terminal.columns;
    },
    get rows() {
      return terminal.rows;
    },
    write: (text: string) => {
      terminal.write(text);
    },
  };
  // The cursor stays: whoever kills the program should not have to look for it.
  const draw = createLogUpdate(stream as unknown as NodeJS.WritableStream, { showCursor: true });
  let hasProgress = false;
  let frame = '';
  const show = (text: string) => {
    frame = text;
    draw(text);
  };
  const say = (line: string) => {
    draw.clear();
    terminal.write(`${wrapped(line, terminal.columns).join('\n')}\n`);
    if (frame !== '') draw(frame);
  };
  return {
    status(sentence) {
      if (!hasProgress) show(terminal.colors.dim(`${sentence} …`));
    },
    progress(progress) {
      hasProgress = true;
      show(progressLines(progress, terminal).join('\n'));
    },
    say,
    warn(event) {
      say(warningLine(event, terminal));
    },
    clear() {
      draw.clear();
    },
    restore() {
      if (frame !== '') draw(frame);
    },
  };
}

function plainView(terminal: Terminal): ProgressView {
  let sentence = '';
  let last: { readonly atMs: number; readonly line: string } | undefined;
  const say = (line: string) => {
    terminal.write(`${line}\n`);
  };
  return {
    status(given) {
      sentence = given;
      if (last === undefined) say(given);
    },
    progress(progress) {
      if (last !== undefined && progress.atMs - last.atMs < plainIntervalMs) return;
      const { documents, documentsPerSecond, bytesPerSecond } = progress;
      const rates = `${countText(documentsPerSecond)}/s, ${bytesText(bytesPerSecond)}/s`;
      const line = `${sentence}: ${plural(documents, 'document')} (${rates})`;
      // A capture at rest has nothing to tell.
      if (last !== undefined && line !== last.line) say(line);
      last = { atMs: progress.atMs, line };
    },
    say,
    warn(event) {
      say(warningLine(event, terminal));
    },
    ...still,
  };
}

function jsonView(terminal: Terminal): ProgressView {
  let lastMs = -Infinity;
  const write = (json: object) => {
    terminal.write(`${JSON.stringify(json, rounded)}\n`);
  };
  return {
    status(sentence) {
      write({ event: 'status', message: sentence });
    },
    progress(progress) {
      if (progress.atMs - lastMs < jsonIntervalMs) return;
      lastMs = progress.atMs;
      const { atMs, ...rest } = progress;
      write({ event: 'progress', at: rfc3339(atMs), ...rest });
    },
    say() {
      // Sentences are for people; machines get the summary.
    },
    warn({ level, message, fields }) {
      write({ event: 'log', level, message, fields });
    },
    ...still,
  };
}

/** Three digits behind the point: rates and shares are no more exact than that. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}

/** Lines that are written stay. */
const still = { clear: () => undefined, restore: () => undefined };

function warningLine({ level, message, fields }: LogEvent, { colors }: Terminal): string {
  const label = labelOf(level, colors);
  const details = Object.entries(fields).map(([name, value]) =>
    typeof value === 'string' ? `${name}: ${value}` : `${name}: ${JSON.stringify(value)}`,
  );
  return `${label} ${message}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}

function labelOf(level: LogEvent['level'], colors: Colors): string {
  if (level === 'error') return colors.red('Error:');
  return level === 'warn' ? colors.yellow('Warning:') : colors.green('Note:');
}
