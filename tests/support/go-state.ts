/**
 * Checkpoints as Estuary's Go connector reads and writes them, after its source (`source-dynamodb` of
 * https://github.com/estuary/connectors), and apart from the code under test: so that both can be compared.
 */

import type { AttributeValue, Item, KeyDefinition } from './dynamodb-calls.ts';

/** Go's zero time: what that connector writes, and reads, where something has not happened yet. */
export const zeroTime = '0001-01-01T00:00:00Z';

/** Members that only ours writes. The Go connector's decoder passes over them. */
export const ourMembers = [
  'tableId',
  'epoch',
  'backfillStartedAt',
  'streamReadAt',
  'itemsReadAt',
  'locations',
  'backfillItems',
];

export interface GoSegment {
  /** Values of the table's key, in its order. */
  readonly startKey: readonly AttributeValue[] | undefined;
  readonly isFinished: boolean;
}

export interface GoTable {
  readonly streamArn: string;
  readonly isBackfilled: boolean;
  readonly totalBackfillSegments: number;
  readonly segments: ReadonlyMap<number, GoSegment>;
  readonly shards: ReadonlyMap<string, { lastReadSequence: string; finishedReading: boolean }>;
}

type Members = Readonly<Record<string, unknown>>;

/** A whole checkpoint as that connector understands it. Throws where its decoder would, or would misread. */
export function readAsGo(state: unknown): Map<string, GoTable> {
  const { bindingStateV1 = {}, ...others } = objectOf(state, 'state');
  demand(Object.keys(others).length === 0, Object.keys(others).join(', '), 'a member');
  return new Map(
    Object.entries(objectOf(bindingStateV1, 'bindingStateV1')).map(([stateKey, table]) => [
      stateKey,
      readTable(objectOf(table, stateKey)),
    ]),
  );
}

function readTable(table: Members): GoTable {
  const { backfillFinishedAt, backfillSegmentProgress = {}, shards = {}, ...others } = table;
  const { streamArn, totalBackfillSegments, ...ours } = others;
  const unknown = Object.keys(ours).filter((name) => !ourMembers.includes(name));
  demand(unknown.length === 0, unknown.join(', '), 'a member of a table');
  demand(typeof streamArn === 'string' && streamArn !== '', 'streamArn', 'a text');
  demand(Number.isSafeInteger(totalBackfillSegments), 'totalBackfillSegments', 'an integer');
  const segments = Object.entries(objectOf(backfillSegmentProgress, 'backfillSegmentProgress'));
  return {
    streamArn: streamArn as string,
    isBackfilled: isFinished(backfillFinishedAt),
    totalBackfillSegments: totalBackfillSegments as number,
    segments: new Map(
      segments.map(([name, progress]) => {
        demand(/^\d+$/.test(name), name, 'a segment number');
        return [Number(name), readSegment(objectOf(progress, name))];
      }),
    ),
    shards: new Map(
      Object.entries(objectOf(shards, 'shards')).map(([id, shard]) => [
        id,
        readShard(objectOf(shard, id)),
      ]),
    ),
  };
}

function readSegment({ exclusiveStartKey, finishedAt, ...others }: Members): GoSegment {
  demand(Object.keys(others).length === 0, Object.keys(others).join(', '), 'a member of a segment');
  const text = exclusiveStartKey ?? '';
  demand(typeof text === 'string', 'exclusiveStartKey', 'a text');
  const startKey = text === '' ? undefined : unpackKey(text as string);
  return { startKey, isFinished: isFinished(finishedAt) };
}

function readShard(shard: Members) {
  // `lastReadAt` is ours, and ignored like the others.
  const { lastReadSequence = '', finishedReading = false } = shard;
  const known = ['lastReadSequence', 'finishedReading', 'lastReadAt'];
  const others = Object.keys(shard).filter((name) => !known.includes(name));
  demand(others.length === 0, others.join(', '), 'a member of a shard');
  demand(typeof lastReadSequence === 'string', 'lastReadSequence', 'a text');
  demand(typeof finishedReading === 'boolean', 'finishedReading', 'true or false');
  return {
    lastReadSequence: lastReadSequence as string,
    finishedReading: finishedReading as boolean,
  };
}

/** Go's `time.Time`: absent and the zero time are the same. */
function isFinished(time: unknown): boolean {
  if (time === undefined) return false;
  const isTime =
    typeof time === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time);
  demand(isTime, JSON.stringify(time), 'an RFC 3339 time');
  return time !== zeroTime;
}

/** The key of an item as that connector packs it: a FoundationDB tuple in standard base64. */
export function packKey(item: Item, key: readonly KeyDefinition[]): string {
  const parts = key.map(({ name, type }) => {
    const value = Object.entries(item).find(([attribute]) => attribute === name)?.[1];
    if (type === 'B') return element('01', Buffer.from(value?.B ?? '', 'base64'));
    if (type === 'S') return element('02', Buffer.from(value?.S ?? ''));
    return `05${element('02', Buffer.from('N'))}${element('02', Buffer.from(value?.N ?? ''))}00`;
  });
  return Buffer.from(parts.join(''), 'hex').toString('base64');
}

function element(code: string, content: Buffer): string {
  return `${code}${content.toString('hex').replace(/../g, (byte) => (byte === '00' ? '00ff' : byte))}00`;
}

/** The values of a packed key. Throws when it is none. */
export function unpackKey(text: string): AttributeValue[] {
  const bytes = Buffer.from(text, 'base64');
  demand(bytes.toString('base64') === text, text, 'standard base64');
  // Two digits and a space for each byte, so that expressions can take it apart.
  let rest = bytes.toString('hex').replace(/../g, '$& ');
  const values: AttributeValue[] = [];
  while (rest !== '') {
    const [whole = '', code, content = '', digits] = packedValue.exec(rest) ?? [];
    demand(whole !== '', text, 'a packed key');
    if (digits !== undefined) values.push({ N: unescaped(digits).toString('utf8') });
    else if (code === '01') values.push({ B: unescaped(content).toString('base64') });
    else values.push({ S: unescaped(content).toString('utf8') });
    rest = rest.slice(whole.length);
  }
  return values;
}

/** Bytes or a string, up to a zero byte that stands for itself; or the nested tuple of a number. */
const packedValue =
  /^(?:(01|02) ((?:(?!00).. |00 ff )*)00 (?!ff)|05 02 4e 00 02 ((?:(?!00).. )*)00 00 )/;

function unescaped(content: string): Buffer {
  return Buffer.from(content.replaceAll('00 ff ', '00 ').replaceAll(' ', ''), 'hex');
}

function objectOf(value: unknown, place: string): Members {
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), place, 'an object');
  return value as Members;
}

function demand(condition: boolean, place: string, want: string): void {
  if (!condition) throw new Error(`Go cannot read the state: ${place} is not ${want}`);
}
