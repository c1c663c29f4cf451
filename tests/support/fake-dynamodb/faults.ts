/** What goes wrong, on request or by chance. */

import { type ObjectFault, objectFaults } from '../fake-s3/s3-service.ts';
import { type AnswerFault, exportFaults, pageFaults } from './call.ts';

/** Faults of the way there and back, whatever the operation. */
export const requestFaults = [
  /** Refused for capacity, with `ThrottlingReasons`; on streams the unmodelled error. */
  'throttle',
  /** A `ThrottlingException` with lower-case `throttlingReasons`. */
  'throttle-lower-case',
  /** A `ThrottlingException` that is in no model: "Rate exceeded". */
  'throttle-unmodelled',
  'internal-error',
  /** The connection breaks before the request is carried out, or after. */
  'reset',
  'reset-after',
  /** No answer ever; carried out or not, by chance. */
  'hang',
  /** The connection breaks in the middle of the response. */
  'cut',
  /** Half a body with all the headers of the whole: only its checksum tells. */
  'truncate',
  /** One byte of the body is another; only its checksum tells, at times. */
  'corrupt',
  /** The same JSON with other spaces, escapes and order of members; the checksum is right. */
  'respelled',
  /** The answer takes `delayMs`. */
  'slow',
  'expired-credentials',
  'denied',
] as const;
export type RequestFault = (typeof requestFaults)[number];
export type FaultKind = RequestFault | AnswerFault | ObjectFault;

export interface FaultRule {
  readonly kind: FaultKind;
  /** For instance `Scan`; all operations when absent. */
  readonly operation?: string;
  /** Only requests about this table or its streams. */
  readonly table?: string;
  /** Only requests signed with this access key. */
  readonly caller?: string;
  /** Only requests whose body contains this text: a shard's id, a segment's number. */
  readonly bodyPart?: string;
  /** How many matching requests pass before it begins; 0 when absent. */
  readonly skip?: number;
  /** How many requests it hits; 1 when absent, `Infinity` for all. */
  readonly count?: number;
  /** For `slow`. */
  readonly delayMs?: number;
  /** For throttles, instead of the usual one: `TableReadKeyRangeThroughputExceeded`; for `export-fails`, its code. */
  readonly reason?: string;
}

/** Probabilities; those that concern an operation must not sum up to more than 1. */
export type FaultChances = Partial<Readonly<Record<FaultKind, number>>>;

/** A request, as far as rules look at it. */
export interface FaultTarget {
  readonly operation: string;
  readonly body: string;
  readonly caller: string;
}

/** What happens to one request. */
export type Fault = Pick<FaultRule, 'kind' | 'delayMs' | 'reason'>;

// These make sense for the answers they distort; chance keeps to them.
const exports = ['ExportTableToPointInTime'];
const ownOperations: Readonly<Record<AnswerFault | ObjectFault, readonly string[]>> = {
  'empty-page': ['Scan', 'GetRecords'],
  'short-page': ['Scan', 'GetRecords', 'BatchGetItem'],
  'repeat-page': ['Scan', 'GetRecords'],
  'missing-parent': ['DescribeStream'],
  'repeated-shards': ['DescribeStream'],
  'open-parent': ['DescribeStream'],
  'late-child': ['DescribeStream'],
  'export-fails': exports,
  'export-truncated': exports,
  'export-incomplete': exports,
  'export-miscounted': exports,
  'export-mixed-up': exports,
  'object-replaced': ['GetObject'],
  'object-lost': ['GetObject'],
};

const readOperations = [
  'ListTables',
  'DescribeTable',
  'Scan',
  'DescribeStream',
  'GetShardIterator',
  'GetRecords',
  'BatchGetItem',
  'DescribeContinuousBackups',
  'ExportTableToPointInTime',
  'DescribeExport',
  'ListExports',
  'GetObject',
  'HeadObject',
  'HeadBucket',
  'ListObjectsV2',
];

interface RuleState {
  readonly rule: FaultRule;
  toSkip: number;
  toHit: number;
}

export class Faults {
  /** The operations that chance may hit; rules may hit all. */
  readonly operations = new Set(readOperations);
  readonly #random: () => number;
  #rules: RuleState[] = [];
  #chances: readonly (readonly [FaultKind, number])[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Adds a rule, and gives the way to take it away; of several that match a request the first added one acts. */
  add(rule: FaultRule): () => void {
    const state = { rule, toSkip: rule.skip ?? 0, toHit: rule.count ?? 1 };
    this.#rules.push(state);
    return () => {
      this.#rules = this.#rules.filter((other) => other !== state);
    };
  }

  /** Sets all probabilities; kinds not named do not happen by chance. */
  setChances(chances: FaultChances): void {
    this.#chances = Object.entries(chances) as [FaultKind, number][];
  }

  /** No rules, no chance. */
  clear(): void {
    this.#rules = [];
    this.#chances = [];
  }

  /** What happens to a request; it counts as a hit. */
  pick(target: FaultTarget): Fault | undefined {
    for (const state of this.#rules) {
      if (!matches(state.rule, target)) continue;
      if (state.toSkip > 0) {
        state.toSkip--;
        continue;
      }
      state.toHit--;
      if (state.toHit <= 0) this.#rules = this.#rules.filter((other) => other !== state);
      return state.rule;
    }
    return this.#byChance(target.operation);
  }

  #byChance(operation: string): Fault | undefined {
    if (this.#chances.length === 0 || !this.operations.has(operation)) return undefined;
    let drawn = this.#random();
    for (const [kind, chance] of this.#chances) {
      if (isOwnFault(kind) && !ownOperations[kind].includes(operation)) continue;
      drawn -= chance;
      if (drawn < 0) return { kind };
    }
    return undefined;
  }
}

export function isAnswerFault(kind: FaultKind): kind is AnswerFault {
  return ([...pageFaults, ...exportFaults] as readonly string[]).includes(kind);
}

export function isObjectFault(kind: FaultKind): kind is ObjectFault {
  return (objectFaults as readonly string[]).includes(kind);
}

const isOwnFault = (kind: FaultKind): kind is AnswerFault | ObjectFault =>
  isAnswerFault(kind) || isObjectFault(kind);

function matches(rule: FaultRule, { operation, body, caller }: FaultTarget): boolean {
  return (
    (rule.operation ?? operation) === operation &&
    (rule.caller ?? caller) === caller &&
    (rule.bodyPart === undefined || body.includes(rule.bodyPart)) &&
    (rule.table === undefined || isAbout(body, rule.table))
  );
}

/** Requests name a table in quotes, a stream by an ARN that contains the table's. */
const isAbout = (body: string, table: string) =>
  body.includes(`"${table}"`) ||
  body.includes(`table/${table}/`) ||
  body.includes(`table/${table}"`);
