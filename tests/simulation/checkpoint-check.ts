/** Whether a checkpoint covers exactly the documents in front of it. */

import { isObject, property, type JsonObject } from '../../connector/reduction/json.ts';

/** A document and the binding it belongs to. */
export interface BoundDocument {
  readonly binding: number;
  readonly document: JsonObject;
}

const metaOf = (document: JsonObject) => property(document, '_meta') as JsonObject;
const isSnapshot = (document: JsonObject) => property(metaOf(document), 'snapshot') === true;

/** What is wrong with a checkpoint's patch of a state, given the documents since the last checkpoint. */
export function checkpointViolations(
  documents: readonly BoundDocument[],
  { patch, before }: { readonly patch: JsonObject; readonly before: JsonObject },
  stateKeys: readonly string[],
  ignoresTtlDeletes = false,
): string[] {
  const [first] = documents;
  if (first === undefined) return [];
  if (documents.some(({ binding }) => binding !== first.binding)) {
    return ['checkpoint: it covers documents of several bindings'];
  }
  const stateKey = stateKeys[first.binding] ?? '';
  const tables = member(patch, 'bindingStateV1');
  const table = member(tables, stateKey);
  if (Object.keys(tables).length !== 1 || !isObject(property(tables, stateKey) ?? null)) {
    return [
      `checkpoint: documents of "${stateKey}" came with a patch of ${Object.keys(tables).join()}`,
    ];
  }
  const shown = documents.map(({ document }) => document);
  const streamed = shown.filter((document) => !isSnapshot(document));
  const lone = shown.filter(
    (document, index) => isSnapshot(document) && !goesBeforeDelete(shown, index),
  );
  const progress = {
    known: member(member(member(before, 'bindingStateV1'), stateKey), 'shards'),
    segments: member(table, 'backfillSegmentProgress'),
    shards: member(table, 'shards'),
    ignoresTtlDeletes,
  };
  const repair = property(table, 'repair');
  if (isObject(repair ?? null)) return [...repairProblems(shown, progress)].map(prefixed);
  if (lone.length > 0) return [...scanProblems(streamed, progress)].map(prefixed);
  return [...streamProblems(streamed, progress)].map(prefixed);
}

/** What is wrong with a table's state at the first checkpoint of an epoch: nothing of an older backfill may stay. */
export function epochViolations(before: JsonObject, after: JsonObject): string[] {
  const [old, epoch] = [property(before, 'epoch'), property(after, 'epoch')];
  // A state of the Go connector, which has no epochs, gets one in the middle of its backfill.
  if (old === undefined || epoch === undefined || epoch === old) return [];
  // A repair leaves the backfill as it was, finished or not.
  if (isRepairing(after)) {
    const changed = ['backfillStartedAt', 'backfillFinishedAt', 'backfillSegmentProgress'].filter(
      (name) => JSON.stringify(property(before, name)) !== JSON.stringify(property(after, name)),
    );
    return changed.map((name) => prefixed(`a repair begins with another ${name}`));
  }
  const left = ['backfillFinishedAt', 'backfillSegmentProgress'].filter(
    (name) => property(after, name) !== undefined,
  );
  return left.map((name) => prefixed(`a new epoch begins with the ${name} of the one before`));
}

interface Progress {
  /** Shards, as they were before. */
  readonly known: JsonObject;
  readonly segments: JsonObject;
  readonly shards: JsonObject;
  /** Then the last record covered may be one that makes no document. */
  readonly ignoresTtlDeletes: boolean;
}

const prefixed = (text: string) => `checkpoint: ${text}`;

function* scanProblems(streamed: readonly JsonObject[], { segments, shards }: Progress) {
  if (streamed.length > 0) yield 'it covers scanned and streamed documents';
  if (Object.keys(shards).length > 0) yield 'it covers scanned items and moves a shard';
  const count = Object.keys(segments).length;
  if (count !== 1) yield `it covers a scanned page and moves ${count} segments`;
}

/** Items read again, and where one was not found its old image and its delete. */
function* repairProblems(shown: readonly JsonObject[], { segments, shards }: Progress) {
  const streamed = shown.filter(
    (document) => property(metaOf(document), 'sequenceNumber') !== undefined,
  );
  if (streamed.length > 0) yield 'it covers items read again and streamed documents';
  if (Object.keys(segments).length > 0) yield 'it covers items read again and moves a segment';
  if (Object.keys(shards).length > 0) yield 'it covers items read again and moves a shard';
  const lone = shown.filter(
    (document, index) =>
      property(metaOf(document), 'op') === 'd' &&
      (shown[index - 1] === undefined || !isSnapshot(shown[index - 1]!)),
  );
  if (lone.length > 0) yield `it covers ${lone.length} deletes without the image before`;
}

function* streamProblems(streamed: readonly JsonObject[], progress: Progress) {
  const { known, segments, shards, ignoresTtlDeletes } = progress;
  if (Object.keys(segments).length > 0) yield 'it covers records and moves a segment';
  const positions = Object.values(shards).map((shard) =>
    isObject(shard) ? property(shard, 'lastReadSequence') : undefined,
  );
  const last = property(metaOf(streamed.at(-1) ?? {}), 'sequenceNumber');
  const [position] = positions;
  const isBeyond =
    ignoresTtlDeletes &&
    typeof position === 'string' &&
    typeof last === 'string' &&
    BigInt(position) > BigInt(last);
  if (positions.length !== 1 || (position !== last && !isBeyond)) {
    yield `it covers records up to ${JSON.stringify(last)} and moves shards to ${JSON.stringify(positions)}`;
  }
  const [shardId = ''] = Object.keys(shards);
  const covered = property(member(known, shardId), 'lastReadSequence');
  const isCovered = (document: JsonObject) =>
    BigInt(property(metaOf(document), 'sequenceNumber') as string) <= BigInt(covered as string);
  if (covered !== undefined && streamed.some(isCovered)) {
    yield `it covers records that an earlier one covered, up to ${JSON.stringify(covered)}`;
  }
}

function goesBeforeDelete(documents: readonly JsonObject[], index: number): boolean {
  const next = documents[index + 1];
  return next !== undefined && property(metaOf(next), 'op') === 'd';
}

/** True for a table's state while windows are read again. */
export const isRepairing = (table: JsonObject) => isObject(property(table, 'repair') ?? null);

/** A member that is an object; an empty one where it is not. */
export function member(object: JsonObject, name: string): JsonObject {
  const value = property(object, name);
  return isObject(value) ? value : {};
}
