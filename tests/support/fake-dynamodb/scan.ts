/** Scan and GetItem: reads of a table, strong or stale. */

import { drawBelow } from '../seeded-random.ts';
import type { Call } from './call.ts';
import { assertCapacity, consume, readUnits } from './capacity.ts';
import { bareKeyOf, comparePlaces, hashCount, type Key, type Place, segmentStart } from './key.ts';
import type { Page } from './page-cache.ts';
import { phantomKey } from './phantom-key.ts';
import { invalidRequest } from './service-error.ts';
import type { Table } from './table.ts';
import { type Entry, type Moment, type Version, versionAt } from './versions.ts';

const pageBytesMax = 1024 * 1024;
const segmentsMax = 1_000_000;

export function getItem(call: Call): string {
  const { input, database, accountId } = call;
  const table = database.table(input.text('TableName'), accountId);
  input.refuse('AttributesToGet', 'ProjectionExpression');
  const key = bareKeyOf(table.spec.key, input.item('Key'));
  assertCapacity(call, table, key, 'read');
  const entry = table.entry(key);
  const isConsistent = input.flag('ConsistentRead');
  const version = entry && versionAt(entry, readingMoments(call, isConsistent)());
  const units = readUnits(version?.bytes ?? 0, isConsistent);
  const consumed = consume(call, table, key, 'read', units);
  const members = [
    consumed && `"ConsumedCapacity":${consumed}`,
    version?.text && `"Item":${version.text}`,
  ];
  return `{${members.filter(Boolean).join()}}`;
}

export function scan(call: Call): string {
  const { input, database, accountId } = call;
  const table = database.table(input.text('TableName'), accountId);
  input.refuse('IndexName', 'FilterExpression', 'ScanFilter', 'ProjectionExpression', 'Select');
  const range = segmentOf(call);
  const startKey = startKeyOf(call, table, range);
  const start = startKey ?? startOf(range);
  assertCapacity(call, table, start, 'read');
  const isConsistent = input.flag('ConsistentRead');
  const page =
    emptyPage(call, table, range, startKey) ??
    settledPage(call, table, range, startKey) ??
    fullPage(call, table, range, startKey);
  const consumed = consume(call, table, start, 'read', readUnits(page.bytes, isConsistent));
  const repeated = call.fault === 'repeat-page' ? startKey?.json : undefined;
  const lastKey = repeated ?? page.lastKey;
  const members = [
    consumed && `"ConsumedCapacity":${consumed}`,
    `"Count":${page.count}`,
    `"Items":[${page.items}]`,
    lastKey && `"LastEvaluatedKey":${lastKey}`,
    `"ScannedCount":${page.count}`,
  ];
  return `{${members.filter(Boolean).join()}}`;
}

/** Part of the table's hash range. */
interface Segment {
  readonly low: number;
  readonly high: number;
}

function segmentOf({ input }: Call): Segment {
  const total = input.optionalCount('TotalSegments', 1, segmentsMax);
  const segment = input.optionalCount('Segment', 0, segmentsMax - 1);
  if (total === undefined && segment === undefined) return { low: 0, high: hashCount };
  if (total === undefined || segment === undefined) {
    const [there, missing] =
      total === undefined ? ['Segment', 'TotalSegments'] : ['TotalSegments', 'Segment'];
    throw invalidRequest(
      `The ${missing} parameter is required but was not present in the request when parameter ${there} is present`,
    );
  }
  if (segment >= total) {
    throw invalidRequest(
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
        `Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return { low: segmentStart(segment, total), high: segmentStart(segment + 1, total) };
}

function startKeyOf({ input }: Call, table: Table, { low, high }: Segment): Key | undefined {
  const item = input.optionalItem('ExclusiveStartKey');
  if (item === undefined) return undefined;
  const key = bareKeyOf(table.spec.key, item);
  if (key.hash >= low && key.hash < high) return key;
  throw invalidRequest(
    'The provided starting key is invalid: Exclusive start key must lie within the segment',
  );
}

/** The page if nothing is being written, read once and kept; absent when it might differ each time. */
function settledPage(
  call: Call,
  table: Table,
  segment: Segment,
  startKey: Key | undefined,
): Page | undefined {
  const { input, begun, fault, database } = call;
  const isSettled = fault === undefined && database.moment().commit === begun.commit;
  if (!isSettled || !input.flag('ConsistentRead')) return undefined;
  const request = [segment.low, segment.high, limitOf(call), startKey?.identity ?? ''].join(' ');
  const known = table.pages.get(request);
  if (known !== undefined) return known;
  const page = fullPage(call, table, segment, startKey);
  table.pages.add(request, page);
  return page;
}

function fullPage(call: Call, table: Table, segment: Segment, after: Key | undefined): Page {
  const limit = limitOf(call);
  const nextMoment = readingMoments(call, call.input.flag('ConsistentRead'));
  const texts: string[] = [];
  let bytes = 0;
  let last: Key | undefined;
  const page = (lastKey: string | undefined): Page => ({
    items: texts.join(),
    count: texts.length,
    bytes,
    lastKey,
  });
  for (const entry of table.entriesFrom(after ?? startOf(segment))) {
    if (entry.hash >= segment.high) break;
    if (after !== undefined && comparePlaces(entry, after) === 0) continue;
    const version = livingVersion(entry, nextMoment());
    if (version === undefined) continue;
    if (texts.length > 0 && bytes + version.bytes > pageBytesMax) return page(last?.json);
    texts.push(version.text!);
    bytes += version.bytes;
    last = entry;
    // It stops without looking further: the next page may be empty.
    if (texts.length === limit) return page(last.json);
  }
  return page(undefined);
}

const startOf = ({ low }: Segment): Place => ({ hash: low, partition: '', sort: '' });

function livingVersion(entry: Entry, moment: Moment): Version | undefined {
  const version = versionAt(entry, moment);
  return version?.text === undefined ? undefined : version;
}

function limitOf({ input, fault, database }: Call): number {
  const limit = input.optionalCount('Limit', 1, Number.MAX_SAFE_INTEGER) ?? Infinity;
  if (fault !== 'short-page') return limit;
  return Math.min(limit, 1 + drawBelow(database.world.random, 4));
}

/** On the fault of that name: no items, and a key from which to go on. */
function emptyPage(
  { fault, database }: Call,
  table: Table,
  segment: Segment,
  startKey: Key | undefined,
): Page | undefined {
  if (fault !== 'empty-page') return undefined;
  const empty = { items: '', count: 0, bytes: 0 };
  if (startKey !== undefined) return { ...empty, lastKey: startKey.json };
  const { low, high } = segment;
  const [first] = table.entriesFrom(startOf(segment));
  const bound = first === undefined || first.hash > high ? high : first.hash;
  const phantom = phantomKey(table.spec.key, { low, high: bound }, database.world.random);
  return phantom && { ...empty, lastKey: phantom.json };
}

/**
 * The moments at which the items of a page are read, one for each: strong reads anywhere between the request's
 * begin and now, stale ones also somewhat before.
 */
export function readingMoments({ database, begun }: Call, isConsistent: boolean): () => Moment {
  const { random, settings } = database.world;
  const now = database.moment();
  if (!isConsistent) {
    const earliestMs = begun.atMs - settings.staleMs;
    return () => ({ commit: Infinity, atMs: earliestMs + random() * (now.atMs - earliestMs) });
  }
  if (now.commit === begun.commit) return () => now;
  const span = now.commit - begun.commit + 1;
  return () => ({ commit: begun.commit + drawBelow(random, span), atMs: Infinity });
}
