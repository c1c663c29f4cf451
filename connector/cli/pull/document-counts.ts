/** How many documents of which kind. */

import type { CapturedDocument } from './session-output.ts';

export interface DocumentCounts {
  /** Items of a backfill. */
  scanned: number;
  inserts: number;
  updates: number;
  deletes: number;
  /** Deleted items, put out once more before their deletes: the backfill may never have come to them. */
  reemitted: number;
  /** Of their JSON. */
  bytes: number;
}

export function noCounts(): DocumentCounts {
  return { scanned: 0, inserts: 0, updates: 0, deletes: 0, reemitted: 0, bytes: 0 };
}

/** Documents of all kinds. */
export function documentCount(counts: DocumentCounts): number {
  const { scanned, inserts, updates, deletes, reemitted } = counts;
  return scanned + inserts + updates + deletes + reemitted;
}

/** Counts a document; `previous` is the one before it of the same table, if both lie in one batch. */
export function countDocument(
  counts: DocumentCounts,
  { json }: CapturedDocument,
  previous: CapturedDocument | undefined,
): void {
  const kind = kindOf(json);
  counts[kind] += 1;
  counts.bytes += json.length;
  if (kind !== 'deletes' || previous === undefined || !isImageBefore(previous.json, json)) return;
  counts.scanned -= 1;
  counts.reemitted += 1;
}

export function addCounts(sum: DocumentCounts, more: DocumentCounts): void {
  for (const name of ['scanned', 'inserts', 'updates', 'deletes', 'reemitted', 'bytes'] as const) {
    sum[name] += more[name];
  }
}

// A scanned item's `_meta` comes last and has but these members, so its end tells it without parsing the rest.
// A change's ends otherwise: it has no `scannedAt`. Names and values of an item cannot look like this, since
// quotes inside a string are escaped, and a nested object is not at the document's end.
const scannedEnd = /"_meta":\{"op":"c","snapshot":true,"epoch":"[^"]*","scannedAt":"[^"]*"\}\}$/;
const scannedEndBytesMax = 160;

function kindOf(json: Uint8Array): Exclude<keyof DocumentCounts, 'bytes' | 'reemitted'> {
  const buffer = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  const end = buffer.toString('latin1', Math.max(0, json.length - scannedEndBytesMax));
  if (scannedEnd.test(end)) return 'scanned';
  const { _meta: meta } = JSON.parse(buffer.toString()) as { _meta: DocumentMeta };
  if (meta.snapshot) return 'scanned';
  return meta.op === 'c' ? 'inserts' : meta.op === 'u' ? 'updates' : 'deletes';
}

/** True for a scanned item's document whose attributes are the old image of the delete that comes next. */
function isImageBefore(scanned: Uint8Array, deleted: Uint8Array): boolean {
  const text = Buffer.from(scanned).toString();
  const end = scannedEnd.exec(text)?.index;
  if (end === undefined) return false;
  const attributes = text.slice(1, end).replace(/,$/, '');
  return Buffer.from(deleted).toString().includes(`"before":{${attributes}}`);
}

interface DocumentMeta {
  readonly op: 'c' | 'u' | 'd';
  readonly snapshot: boolean;
}
