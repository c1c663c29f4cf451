/** How many documents of which kind. */

import type { CapturedDocument } from './session-output.ts';

export interface DocumentCounts {
  /** Items of a backfill. */
  scanned: number;
  inserts: number;
  updates: number;
  deletes: number;
  /** Of their JSON. */
  bytes: number;
}

export function noCounts(): DocumentCounts {
  return { scanned: 0, inserts: 0, updates: 0, deletes: 0, bytes: 0 };
}

/** Documents of all kinds. */
export function documentCount(counts: DocumentCounts): number {
  return counts.scanned + counts.inserts + counts.updates + counts.deletes;
}

export function countDocument(counts: DocumentCounts, { json }: CapturedDocument): void {
  counts[kindOf(json)] += 1;
  counts.bytes += json.length;
}

export function addCounts(sum: DocumentCounts, more: DocumentCounts): void {
  for (const name of ['scanned', 'inserts', 'updates', 'deletes', 'bytes'] as const) {
    sum[name] += more[name];
  }
}

// A scanned item's `_meta` comes last and has but these members, so its end tells it without parsing the rest.
// A change's ends otherwise: it has no `scannedAt`. Names and values of an item cannot look like this, since
// quotes inside a string are escaped, and a nested object is not at the document's end.
const scannedEnd = /"_meta":\{"op":"c","snapshot":true,"epoch":"[^"]*","scannedAt":"[^"]*"\}\}$/;
const scannedEndBytesMax = 160;

function kindOf(json: Uint8Array): Exclude<keyof DocumentCounts, 'bytes'> {
  const buffer = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  const end = buffer.toString('latin1', Math.max(0, json.length - scannedEndBytesMax));
  if (scannedEnd.test(end)) return 'scanned';
  const { _meta: meta } = JSON.parse(buffer.toString()) as { _meta: DocumentMeta };
  if (meta.snapshot) return 'scanned';
  return meta.op === 'c' ? 'inserts' : meta.op === 'u' ? 'updates' : 'deletes';
}

interface DocumentMeta {
  readonly op: 'c' | 'u' | 'd';
  readonly snapshot: boolean;
}
