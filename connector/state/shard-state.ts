/** How far one shard is read: its last record, and the second in which AWS says that record was made. */

/** A shard's member of the checkpoint. */
export interface ShardJson {
  readonly lastReadSequence?: string;
  /** `<second since the epoch>-<last digits of lastReadSequence>`; ours, and not written by other connectors. */
  readonly lastReadAt?: string;
  readonly finishedReading?: boolean;
}

export interface ShardState {
  /** Of the last record emitted; absent when none was. */
  readonly lastSequenceNumber: string | undefined;
  /** The second in which that record was made; absent where the state does not tell. */
  readonly lastCreatedAtSeconds: number | undefined;
  readonly isFinished: boolean;
}

/** A shard of which nothing was read. */
export const unreadShard: ShardState = {
  lastSequenceNumber: undefined,
  lastCreatedAtSeconds: undefined,
  isFinished: false,
};

/** The last record of a page. */
export interface LastRecord {
  readonly sequenceNumber: string;
  readonly createdAtMs: number;
}

/** So many digits tell one record of a shard from the next ones. */
const markDigits = 4;

export function parseShard(json: ShardJson): ShardState {
  const { lastReadSequence, lastReadAt, finishedReading } = json;
  const lastSequenceNumber = lastReadSequence === '' ? undefined : lastReadSequence;
  return {
    lastSequenceNumber,
    lastCreatedAtSeconds: secondOf(lastReadAt, lastSequenceNumber),
    isFinished: finishedReading === true,
  };
}

/** A page that came again must not take the second back. */
export function lastRecord(
  known: ShardState,
  { sequenceNumber, createdAtMs }: LastRecord,
): Pick<ShardState, 'lastSequenceNumber' | 'lastCreatedAtSeconds'> {
  const isKnown = sequenceNumber === known.lastSequenceNumber;
  return {
    lastSequenceNumber: sequenceNumber,
    lastCreatedAtSeconds: isKnown ? known.lastCreatedAtSeconds : Math.floor(createdAtMs / 1000),
  };
}

export function shardJson(shard: ShardState): ShardJson {
  const { lastSequenceNumber, lastCreatedAtSeconds, isFinished } = shard;
  return {
    ...(lastSequenceNumber === undefined ? {} : { lastReadSequence: lastSequenceNumber }),
    ...(lastSequenceNumber === undefined || lastCreatedAtSeconds === undefined
      ? {}
      : { lastReadAt: `${lastCreatedAtSeconds}-${markOf(lastSequenceNumber)}` }),
    ...(isFinished ? { finishedReading: true } : {}),
  };
}

/**
 * The second, if it belongs to this record: another connector that carries the state on moves the sequence number
 * and leaves the second, which would then be too early.
 */
function secondOf(text: string | undefined, sequenceNumber: string | undefined) {
  const [second, mark] = text?.split('-') ?? [];
  if (second === undefined || sequenceNumber === undefined) return undefined;
  return mark === markOf(sequenceNumber) ? Number(second) : undefined;
}

function markOf(sequenceNumber: string): string {
  return sequenceNumber.slice(-markDigits);
}
