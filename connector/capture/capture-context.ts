/** What the tasks of a capture are given. */

import type { ByteBudget } from '../async/byte-budget.ts';
import type { RateLimit } from '../async/rate-limit.ts';
import type { Turns } from '../async/turns.ts';
import type { Aws, Shard } from '../aws/aws.ts';
import type { BufferPool } from '../buffer-pool.ts';
import type { EndpointConfig, ResourceConfig } from '../config/config.ts';
import type { Clock } from '../host.ts';
import type { Log } from '../log.ts';
import type { TableState, TableStateJson } from '../state/state.ts';
import type { Table } from '../table.ts';
import type { DocumentFraming } from '../transcoder/transcoder.ts';
import type { CaptureEnd } from './capture-end.ts';
import type { Emitter } from './emitter.ts';
import type { EncodeSourcedSchema } from './sourced-schemas.ts';
import type { ProgressWatch } from './progress-watch.ts';

/** One binding, ready to be captured. */
export interface TableBinding {
  /** Its place in `open`. */
  readonly index: number;
  readonly stateKey: string;
  readonly resource: ResourceConfig;
  /** What is committed for it; absent on a first start. */
  readonly state: TableStateJson | undefined;
}

export interface CaptureOptions {
  readonly aws: Aws;
  readonly config: EndpointConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly emitter: Emitter;
  readonly documentFraming: (binding: number) => DocumentFraming;
  readonly sourcedSchema: EncodeSourcedSchema;
  /** The youngest epoch in the state, also of bindings that are gone; new ones must be younger. */
  readonly lastEpoch: string | undefined;
  readonly end: CaptureEnd;
  readonly watch: ProgressWatch | undefined;
}

/** What the tasks of all tables share. */
export interface CaptureContext extends CaptureOptions {
  readonly pool: BufferPool;
  readonly scanBudget: ByteBudget;
  readonly streamBudget: ByteBudget;
  readonly firstBudget: ByteBudget;
  readonly pieceBudget: ByteBudget;
  readonly readKeysBudget: ByteBudget;
  readonly listCalls: RateLimit;
  readonly readCalls: RateLimit;
  readonly idleReadCalls: RateLimit;
  readonly openBackfills: Set<string>;
  /** A full page takes some ten milliseconds, and changes must not wait for those of all segments. */
  readonly scanTurns: Turns;
}

/** A table as it begins or goes on. */
export interface TableCaptureOptions {
  readonly context: CaptureContext;
  readonly binding: TableBinding;
  readonly table: Table;
  readonly state: TableState;
  readonly epoch: string;
  /** The listing of a first start; absent on a restart. */
  readonly firstListing: readonly Shard[] | undefined;
}
