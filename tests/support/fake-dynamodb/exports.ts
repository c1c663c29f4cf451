/** All exports of the account: their tokens, their limits, and what becomes of them. */

import { drawFrom } from '../seeded-random.ts';
import type { BucketStore } from '../fake-s3/bucket-store.ts';
import type { Backups } from './backups.ts';
import type { ExportFault } from './call.ts';
import { exportLines } from './export-contents.ts';
import { writeExport } from './export-files.ts';
import type { ExportEnd, ExportJob, ExportScope, ExportTarget } from './export-job.ts';
import { ServiceError } from './service-error.ts';
import type { Table } from './table.ts';
import type { World } from './world.ts';

const runningMax = 300;
/** From its first request's completion. */
const tokenLifeMs = 8 * 3600 * 1000;

export interface ExportOrder {
  readonly table: Table;
  readonly backups: Backups;
  readonly scope: ExportScope;
  readonly target: ExportTarget;
  readonly clientToken: string;
  /** Everything that was asked for, as text: the same token must come with the same. */
  readonly parameters: string;
  readonly fault: ExportFault | undefined;
  /** For `export-fails`: the code it fails with. */
  readonly failureCode: string | undefined;
}

export class Exports {
  readonly store: BucketStore;
  readonly #world: World;
  readonly #jobs = new Map<string, ExportJob>();
  readonly #tokens = new Map<string, { readonly parameters: string; readonly job: ExportJob }>();

  constructor(world: World, store: BucketStore) {
    this.#world = world;
    this.store = store;
  }

  /** Oldest first. */
  all(): readonly ExportJob[] {
    return [...this.#jobs.values()];
  }

  job(arn: string): ExportJob | undefined {
    return this.#jobs.get(arn);
  }

  /** The export that was asked for with the same token lately; throws when that was another one. */
  repeated(token: string, parameters: string): ExportJob | undefined {
    const known = this.#tokens.get(token);
    const endedAtMs = known?.job.end?.atMs ?? Infinity;
    if (known === undefined || this.#world.now() > endedAtMs + tokenLifeMs) return undefined;
    if (known.parameters === parameters) return known.job;
    throw new ServiceError('ExportConflictException', 'Duplicate request detected');
  }

  start(order: ExportOrder): ExportJob {
    const { table, backups, scope, target, clientToken } = order;
    const running = this.all().filter(({ end }) => end === undefined);
    if (running.length >= runningMax) {
      throw new ServiceError(
        'LimitExceededException',
        `Subscriber limit exceeded: There is a limit of ${runningMax} concurrent exports`,
      );
    }
    const { random, settings } = this.#world;
    const nowMs = this.#world.now();
    const suffix = Math.floor(random() * 2 ** 32).toString(16);
    const id = `${String(Math.floor(nowMs)).padStart(14, '0')}-${suffix.padStart(8, '0')}`;
    const arn = `${table.arn}/export/${id}`;
    const job: ExportJob = {
      ...{ arn, id, table, backups, scope, target, clientToken },
      startedAtMs: nowMs,
      end: undefined,
    };
    this.#jobs.set(arn, job);
    this.#tokens.set(clientToken, { parameters: order.parameters, job });
    this.#world.schedule(nowMs + drawFrom(random, settings.exportDelayMs), (atMs) => {
      job.end = this.#end(job, order, atMs);
    });
    return job;
  }

  #end(job: ExportJob, { fault, failureCode }: ExportOrder, atMs: number): ExportEnd {
    const failed = (code: string, message: string): ExportEnd => {
      return { status: 'FAILED', atMs, code, message };
    };
    if (fault === 'export-fails') {
      const code = failureCode ?? 'UNKNOWN';
      return failed(code, `The export failed: ${code}`);
    }
    const { target } = job;
    const bucket = this.store.bucket(target.bucket);
    if (bucket === undefined) {
      return failed('S3NoSuchBucket', 'The specified bucket does not exist');
    }
    const isForeign = target.owner !== undefined && target.owner !== bucket.ownerId;
    if (!bucket.isWritable || isForeign) return failed('S3AccessDenied', 'Access Denied');
    const { random, settings } = this.#world;
    const lines = exportLines(job, { random, blurMs: settings.exportBlurMs, nowMs: atMs });
    return writeExport({ world: this.#world, store: this.store, bucket }, job, lines, fault);
  }
}
