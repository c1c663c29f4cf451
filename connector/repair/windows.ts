/** Which windows of time must be exported to heal a gap: the pure rules. */

/** A window of an incremental export, in whole seconds: `from` inclusive, `to` exclusive. */
export interface Window {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export interface Gap {
  readonly nowMs: number;
  /** Until when every shard had been read, by the state. */
  readonly readUntilMs: number;
  /** Of every shard whose records, or those of its children, may be lost; as far as it was read. */
  readonly shards: readonly GapShard[];
  /** When a scanned item was last emitted, which may have been ahead of the stream. */
  readonly itemsReadAtMs: number | undefined;
  /** What point-in-time recovery reaches back to; absent where it does not tell. */
  readonly earliestMs: number | undefined;
  /** Of a stream that is not the one of the state. */
  readonly streamCreatedAtMs: number | undefined;
}

export interface GapShard {
  /** In which its last emitted record was made; undefined where the state does not tell. */
  readonly second: number | undefined;
  readonly isFinished: boolean;
}

export interface RepairPlan {
  readonly windows: readonly Window[];
  /** The gap with its margins. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** The stream must hold everything since then. */
  readonly streamSinceMs: number;
  /** True where some windows begin later than they should: a deleted item may stay. */
  readonly isRough: boolean;
}

const minute = 60;
const hour = 3600;
/** An export covers at least 15 minutes and at most 24 hours. */
const windowSecondsMin = 15 * minute;
const windowSecondsMax = 24 * hour;
/** Read until then by our clock; a record may become readable later. */
const marginSeconds = hour;
/** Windows reach so far into the next one: clocks of the stream and of the exports need not be the same. */
const overlapSeconds = 2 * minute;
/** The stream holds a day; that leaves four hours to open its shards. */
const streamSeconds = 20 * hour;
const retentionSeconds = 24 * hour;
/** Windows that begin within the margin, at most: each is an export of its own. */
const startsMax = 40;
/** Of them, those between the stream's position and the last scanned item, however many the shards need. */
const scanStartsMin = 20;
/** A shard of the stream may have been unknown for so long: listings are a minute apart, and late. */
const unlistedSeconds = 90;
/** A state without the seconds of its shards: one window begins in each minute in which they may lie. */
const roughMinutes = 6;

/**
 * Problem. An export names the keys that changed in its window, but not an item that was both made and deleted in it.
 * If that item was emitted before the gap, nobody ever learns of its delete.
 *
 * Rule. One window begins at the second of each shard's last emitted record, and one at the next second; and so for the
 * last scanned item. Each reaches to where the next one begins, and the latest to the end of the gap.
 *
 * Why it holds. An item that was emitted was made no later than its shard's last emitted record, and its missed delete
 * came no earlier. So a window begins between the two; the last one that does holds the delete and shows it. But for an
 * item made and deleted within that one second.
 */
export function planWindows(gap: Gap): RepairPlan {
  const readUntil = Math.floor(gap.readUntilMs / 1000);
  // The margin may be shorter, where the table is young, say; the gap itself may not.
  const earliest = gap.earliestMs === undefined ? -Infinity : Math.ceil(gap.earliestMs / 1000);
  const from = Math.min(readUntil, Math.max(readUntil - marginSeconds, earliest));
  const { starts, isRough } = startsOf(gap, from, readUntil);
  const last = starts.at(-1) ?? readUntil;
  const to = Math.max(endOf(gap), last + windowSecondsMin);
  const bounds = [from, ...(starts.length === 0 ? [readUntil] : starts)];
  const windows = bounds.flatMap((start, index) => {
    const next = bounds[index + 1];
    return chain(start, next === undefined ? to : next + overlapSeconds);
  });
  return {
    windows,
    fromSeconds: from,
    toSeconds: to,
    streamSinceMs: streamSinceMs(gap),
    isRough,
  };
}

export function windowId({ fromSeconds, toSeconds }: Window): string {
  return `${fromSeconds}-${toSeconds}`;
}

export function parseWindowId(id: string): Window {
  const [from = '', to = ''] = id.split('-');
  return { fromSeconds: Number(from), toSeconds: Number(to) };
}

/** Where windows begin, ascending. */
function startsOf(
  { shards, itemsReadAtMs }: Gap,
  from: number,
  readUntil: number,
): { readonly starts: readonly number[]; readonly isRough: boolean } {
  const secondsOf = (isFinished: boolean) =>
    shards.flatMap((shard) => (shard.isFinished === isFinished ? (shard.second ?? []) : []));
  const lost = secondsOf(false);
  const isUnknown = shards.some(({ second, isFinished }) => second === undefined && !isFinished);
  const isTold = shards.length === 0 || lost.length > 0 || secondsOf(true).length > 0;
  const seconds = [...lost, ...secondsOf(true)];
  if (isUnknown || !isTold) {
    for (let passed = 0; passed <= roughMinutes; passed += 1) {
      seconds.push(readUntil + passed * minute);
    }
  }
  const itemSecond = itemsReadAtMs === undefined ? [] : [Math.floor(itemsReadAtMs / 1000)];
  // What is older is before the margin, which begins a window as well.
  const pairs = (each: readonly number[]) =>
    ascending(each.filter((second) => second >= from).flatMap((second) => [second, second + 1]));
  const exact = pairs([...seconds, ...itemSecond]);
  const between = scanStarts(readUntil, itemSecond[0], exact.length);
  const all = ascending([...exact, ...between.filter((second) => second > from)]);
  const starts = thinned(all, new Set(pairs(lost)));
  return { starts, isRough: isUnknown || exact.some((second) => !starts.includes(second)) };
}

/** An item may have been scanned before the stream came to it: the closer the starts, the shorter a life that none sees. */
function scanStarts(readUntil: number, itemSecond = -Infinity, exactCount: number): number[] {
  const first = readUntil - unlistedSeconds;
  const span = itemSecond - first;
  const count = Math.max(scanStartsMin, startsMax - exactCount);
  const step = Math.max(1, Math.ceil(span / (count + 1)));
  const starts: number[] = [];
  for (let passed = step; passed < span; passed += step) starts.push(first + passed);
  return starts;
}

function ascending(seconds: readonly number[]): number[] {
  return [...new Set(seconds)].sort((a, b) => a - b);
}

/**
 * At most so many, without those whose neighbours are closest together. The last one stays; and as long as there are
 * others, those of lost shards, since a finished one counts only if nothing of its children was read.
 */
function thinned(starts: readonly number[], lost: ReadonlySet<number>): number[] {
  const left = [...starts];
  let others = starts.slice(1, -1).filter((start) => !lost.has(start)).length;
  while (left.length > startsMax) {
    let closest = 0;
    for (let index = 1; index < left.length - 1; index += 1) {
      if (others > 0 && lost.has(left[index] ?? 0)) continue;
      if (closest === 0 || gapAround(left, index) < gapAround(left, closest)) closest = index;
    }
    left.splice(closest, 1);
    others -= 1;
  }
  return left;
}

function gapAround(starts: readonly number[], index: number): number {
  return (starts[index + 1] ?? 0) - (starts[index - 1] ?? 0);
}

/** What is younger is on the stream. */
function endOf({ nowMs, readUntilMs, streamCreatedAtMs }: Gap): number {
  const now = Math.floor(nowMs / 1000);
  if (streamCreatedAtMs !== undefined) {
    const created = Math.ceil(streamCreatedAtMs / 1000);
    return Math.max(created + windowSecondsMin, now - streamSeconds);
  }
  // A loss that the clock does not explain may reach to this moment.
  return isPause({ nowMs, readUntilMs }) ? now - streamSeconds : now;
}

function streamSinceMs({ nowMs, readUntilMs, streamCreatedAtMs }: Gap): number {
  const sinceMs = nowMs - streamSeconds * 1000;
  if (streamCreatedAtMs !== undefined) return Math.max(streamCreatedAtMs, sinceMs);
  return isPause({ nowMs, readUntilMs }) ? sinceMs : Math.max(readUntilMs, sinceMs);
}

function isPause({ nowMs, readUntilMs }: Pick<Gap, 'nowMs' | 'readUntilMs'>): boolean {
  return nowMs - readUntilMs > retentionSeconds * 1000;
}

/** Windows one after the other, none longer or shorter than an export may be. */
function chain(from: number, to: number): Window[] {
  const windows: Window[] = [];
  for (let start = from; ;) {
    const end = Math.min(start + windowSecondsMax, Math.max(to, start + windowSecondsMin));
    windows.push({ fromSeconds: start, toSeconds: end });
    if (end >= to) return windows;
    start = end - overlapSeconds;
  }
}
