/** Deliberate breakages of the connector, each of which the simulation must find. */

import { repairMutants } from './repair-mutants.ts';

/** One edit of one source file. */
export interface Mutant {
  readonly name: string;
  /** From the top of the repository. */
  readonly file: string;
  /** Text that occurs in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** True where only histories with gaps can find it. */
  readonly hasGaps?: boolean;
}

const fence = 'connector/capture/fence.ts';
const tableCapture = 'connector/capture/table-capture.ts';
const tableStart = 'connector/capture/table-start.ts';
const lineage = 'connector/stream/shard-lineage.ts';
const iterator = 'connector/stream/shard-iterator.ts';
const reader = 'connector/stream/shard-reader.ts';
const stream = 'connector/stream/stream.ts';
const tableState = 'connector/state/table-state.ts';

/** Scan and stream: what may be emitted, and in which order. */
const orderMutants: readonly Mutant[] = [
  {
    name: 'the fence admits everything',
    file: fence,
    find: 'if (notedAt !== undefined && notedAt >= ticket)',
    replace: 'if (false)',
  },
  {
    name: 'the ticket is taken when the page has come',
    file: tableCapture,
    find: 'const admission = this.#fence.admit(page.ticket, documents);',
    replace: 'const admission = this.#fence.admit(this.#fence.begin(), documents);',
  },
  {
    name: 'the fence knows nothing of the keys emitted',
    file: tableCapture,
    find: 'this.#fence.note(() => documents.keys());',
    replace: '',
  },
  {
    name: 'the fence knows nothing of deletes',
    file: 'connector/transcoder/record-transcoder.ts',
    find: 'this.#frames.close();\n    this.keys.add(this.#item.keyAt);',
    replace: "this.#frames.close();\n    if (op !== 'd') this.keys.add(this.#item.keyAt);",
  },
  {
    name: 'the fence tells keys apart by their partition key alone',
    file: 'connector/transcoder/item-key.ts',
    find: 'for (let attribute = 0; attribute < this.#key.length; attribute++)',
    replace: 'for (let attribute = 0; attribute < 1; attribute++)',
  },
  {
    name: 'the scan is eventually consistent',
    file: 'connector/aws/table-calls.ts',
    find: '"ConsistentRead":true,"ReturnConsumedCapacity"',
    replace: '"ConsistentRead":false,"ReturnConsumedCapacity"',
  },
  {
    name: 'the scan does not wait for the stream',
    file: 'connector/capture/stream-first.ts',
    find: 'this.#isOpen = this.#lag.lagMs() < (this.#isOpen ? lagMsMax : nearlyCaughtUpMs);',
    replace: 'this.#isOpen = true;',
  },
  {
    name: 'a delete during the backfill goes alone',
    file: tableCapture,
    find: 'expandDeletesBeforeMs: expandDeletesBeforeMs(state),',
    replace: 'expandDeletesBeforeMs: expandDeletesBeforeMs(state) - Infinity,',
  },
  {
    name: 'old records are skipped without a margin',
    file: 'connector/capture/record-bounds.ts',
    find: 'const clockMarginMs = 15 * 60_000;',
    replace: 'const clockMarginMs = 0;',
  },
  {
    name: 'old records are skipped by the time of the start, not of the backfill',
    file: tableCapture,
    find: 'skipBeforeMs: skipBeforeMs(state),',
    replace:
      'skipBeforeMs: skipBeforeMs(state) + (context.clock.now() - 1000 - skipBeforeMs(state)),',
  },
];

/** Shards: their order, their ends, their children. */
const shardMutants: readonly Mutant[] = [
  {
    name: 'at the start, a shard whose child is closed may look open',
    file: tableStart,
    find: 'while (next !== undefined && !ended.has(next)) {',
    replace: 'while (next === id && !ended.has(next)) {',
  },
  {
    name: 'a child is read before its parent',
    file: lineage,
    find: 'if (parentId === undefined) return true;',
    replace: 'if (parentId !== "") return true;',
  },
  {
    name: 'new shards are read from LATEST',
    file: iterator,
    find: "? { type: 'TRIM_HORIZON' }",
    replace: "? { type: 'LATEST' as never }",
  },
  {
    name: 'the last page of a closed shard is dropped',
    file: reader,
    find: 'const outcome = await context.deliver({',
    replace:
      'if (!new TextDecoder().decode(body).includes(\'"NextShardIterator"\')) return { isLast: true, isFull: false, lastCreatedAtMs: undefined, recordCount: 0 };\n    const outcome = await context.deliver({',
  },
  {
    name: 'an iterator that expired is used again',
    file: reader,
    find: "if (remedy !== 'throttled' && remedy !== 'transient') reading.iterator = undefined;",
    replace: '',
  },
  {
    name: 'a fresh iterator begins at the oldest record',
    file: iterator,
    find: 'sequenceNumber === undefined\n',
    replace: 'sequenceNumber !== "-"\n',
  },
  {
    name: 'a restart reads shards from their oldest record',
    file: stream,
    find: 'const position = options.shards.get(shardId)?.lastSequenceNumber;',
    replace: 'const position = undefined;',
  },
  {
    name: 'records that come again are emitted again',
    file: 'connector/transcoder/record-transcoder.ts',
    find: 'const isAfter = this.#after.isPassedBy(this.#body, this.sequenceNumberAt);',
    replace: 'const isAfter = true;',
  },
  {
    name: 'an empty page ends a shard that is idle',
    file: reader,
    find: 'isLast: outcome.nextShardIterator === undefined,',
    replace: 'isLast: outcome.recordCount === 0 && reading.emptyPages > 20,',
  },
  {
    name: 'finished shards are not remembered',
    file: tableState,
    find: 'shardJson({ ...unreadShard, ...news, isFinished })',
    replace: 'shardJson({ ...unreadShard, ...news })',
  },
  {
    name: 'the children of a finished shard are not asked for',
    file: stream,
    find: 'await this.#children.lookFor(shardId, signal);',
    replace: '',
  },
  {
    name: 'shards are listed once and never again',
    file: stream,
    find: 'const { isDoubtful, pageCount } = await this.#list(signal);',
    replace:
      'const { isDoubtful, pageCount } = lag.shardCount === 0 ? await this.#list(signal) : { isDoubtful: false, pageCount: 1 };',
  },
  {
    name: 'shards are asked without a pause',
    file: reader,
    find: 'const callIntervalMs = 200;',
    replace: 'const callIntervalMs = 20;',
  },
  {
    name: 'idle shards are asked too seldom',
    file: reader,
    find: '\n  return waitMs;',
    replace: '\n  return 2 * waitMs;',
  },
];

/** Lost records, which must never be ignored. */
const gapMutants: readonly Mutant[] = [
  {
    name: 'what was trimmed is passed over',
    file: reader,
    find: 'if (reading.losses >= lossAttempts) {',
    replace: 'reading.lastSequenceNumber = undefined;\n  if (reading.losses < 0) {',
  },
  {
    name: 'a shard that vanished counts as finished',
    file: lineage,
    find: "lost: inPhase('restored', 'waiting'),",
    replace: 'lost: [],',
  },
  {
    name: 'what was trimmed of a shard never read is passed over',
    file: iterator,
    find: 'clock.now() - unreadSinceMs > unreadMsMax',
    replace: 'clock.now() - unreadSinceMs > 100 * unreadMsMax',
    hasGaps: true,
  },
  {
    name: 'a new stream of the table is not noticed',
    file: tableStart,
    find: 'if (stream.arn === state.streamArn) return;',
    replace: 'if (stream.arn !== "") return;',
  },
  {
    name: 'a pause of any length is passed over',
    file: tableStart,
    find: 'if (nowMs - readAtMs <= retentionMs) return;',
    replace: 'if (nowMs >= 0) return;',
  },
  {
    name: 'the backfill after a gap has the epoch of the one before',
    file: tableStart,
    find: 'return rfc3339(Math.max(nowMs, lastMs + 1));',
    replace: 'return lastEpoch ?? rfc3339(nowMs);',
  },
  {
    name: 'an epoch follows the clock, even back',
    file: tableStart,
    find: 'return rfc3339(Math.max(nowMs, lastMs + 1));',
    replace: 'return rfc3339(nowMs + (lastMs > 0 ? 0 : 0));',
  },
  {
    name: 'a backfill after a gap keeps what the state knew of the old stream',
    file: 'connector/state/table-state-json.ts',
    find: 'return patchBetween((before ?? {}) as JsonObject, after as unknown as JsonObject) ?? {};',
    replace: 'return before === null ? {} : (after as unknown as JsonObject);',
  },
];

/** Checkpoints: what a restart goes on from. */
const checkpointMutants: readonly Mutant[] = [
  {
    name: 'a checkpoint goes before its documents',
    file: 'connector/capture/emitter.ts',
    find: 'const pieces = [...frames, this.#encodeCheckpoint(patch)];',
    replace: 'const pieces = [this.#encodeCheckpoint(patch), ...frames];',
  },
  {
    name: 'documents and their checkpoint are written one after the other',
    file: 'connector/capture/emitter.ts',
    find: 'return this.#output.write(size <= joinedBytesMax ? [Buffer.concat(pieces, size)] : pieces);',
    replace:
      'return this.#output.write(frames.slice()).then(() => this.#output.write(pieces.slice(-1)), (error: unknown) => { throw error as Error; }).then(() => void size);',
  },
  {
    name: 'nobody waits for the reader of the output',
    file: 'connector/capture/emitter.ts',
    find: 'return this.#output.write(size <= joinedBytesMax ? [Buffer.concat(pieces, size)] : pieces);',
    replace:
      'void this.#output.write(size <= joinedBytesMax ? [Buffer.concat(pieces, size)] : pieces);\n    return Promise.resolve();',
  },
  {
    name: 'every page advances the first segment',
    file: tableCapture,
    find: 'state.advanceSegment(page.segment, documents,',
    replace: 'state.advanceSegment(0, documents,',
  },
  {
    name: 'a segment goes on from its beginning',
    file: tableState,
    find: 'startKey: text ? decodeStartKey(text, this.#key) : undefined',
    replace: 'startKey: undefined && decodeStartKey(text ?? "", this.#key)',
  },
  {
    name: 'a page without items ends its segment',
    file: tableCapture,
    find: 'const documents = this.#output.transcoder.items(page.body, { epoch, scannedAt });',
    replace:
      "const documents = this.#output.transcoder.items(page.body, { epoch, scannedAt });\n    if (documents.count === 0) Object.defineProperty(documents, 'lastEvaluatedKey', { value: undefined });",
  },
  {
    name: 'positions are ahead of the records emitted',
    file: tableCapture,
    find: 'await this.#output.emit(state.advanceShard(page.shardId, read, isFinished), documents);',
    replace:
      'const ahead = read === undefined ? read : { ...read, sequenceNumber: String(BigInt(read.sequenceNumber) + 40n) };\n    await this.#output.emit(state.advanceShard(page.shardId, ahead, isFinished), documents);',
  },
  {
    name: 'Flow is not told of texts that look like numbers',
    file: 'connector/transcoder/location-facts.ts',
    find: "if ((facts & numericText) !== 0) return { type: isNumber ? ['number', 'string'] : 'string' };",
    replace: '',
  },
  {
    name: 'progress is written under another state key',
    file: 'connector/capture/table-output.ts',
    find: 'patch: statePatch(binding.stateKey, patch)',
    replace: 'patch: statePatch(`${binding.stateKey}.${binding.index}`, patch)',
  },
];

export const mutants: readonly Mutant[] = [
  ...orderMutants,
  ...shardMutants,
  ...gapMutants,
  ...checkpointMutants,
  ...repairMutants,
];
