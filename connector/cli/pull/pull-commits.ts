/** Commits of `pull`: documents out, then the state that covers them. */

import { assert, ConnectorError, errorCodes, messageOf } from '../../errors.ts';
import type { Clock, Files } from '../../host.ts';
import { rfc3339 } from '../../time.ts';
import { countDocument, noCounts, type DocumentCounts } from './document-counts.ts';
import type { DocumentOutput } from './document-output.ts';
import type { JsonObject } from '../../json.ts';
import { keptTables, tableOfStateKey, withKeptFiles, withKeptTables } from './kept-tables.ts';
import { pullStateText, type PullState } from './pull-state.ts';
import { lineAround, type Format } from './row-format.ts';
import type { ReducedCollections } from './reduced-collections.ts';
import type { CapturedBatch, CapturedDocument } from './session-output.ts';

/** Documents go out as they come, or are reduced to rows that stay in memory. */
export type Destination =
  | { readonly kind: 'output'; readonly output: DocumentOutput }
  | { readonly kind: 'rows'; readonly rows: ReducedCollections };

export interface PullCommitsOptions {
  readonly files: Pick<Files, 'replace'>;
  readonly clock: Clock;
  readonly capture: string;
  /** The collection of each binding. */
  readonly collectionNames: readonly string[];
  readonly destination: Destination;
  /** Path of the state file, if there is one. */
  readonly stateFile: string | undefined;
  /** What the state file held. */
  readonly saved: PullState | undefined;
  readonly documentsMax: number;
  readonly format: Format;
}

/**
 * Problem. Documents and state go to two places, and a crash may come between them.
 *
 * Rule. Documents first, then the state file, which is replaced as a whole and says how long the output file was.
 *
 * Why it holds. After a crash the state is that of the last commit. Whatever lies behind it in an output file is
 * cut off, and captured again; what has gone to a pipe cannot be taken back, and comes a second time. Where
 * collections are reduced, the rows are a part of the state, so that there is only one place.
 */
export class PullCommits {
  /** Of this run, by binding. */
  readonly counts: readonly DocumentCounts[];
  /** Documents of this run. */
  documentCount = 0;
  /** Documents behind the last checkpoint, put out because the limit lies there. */
  uncoveredCount = 0;
  readonly #options: PullCommitsOptions;
  /** Of each binding, what stands around its documents. */
  readonly #lines: readonly (readonly [start: Uint8Array, end: Uint8Array])[];
  /** That of the last commit. */
  #state: JsonObject;
  /** Set by the commit that reaches the limit. */
  #hasEnough = false;
  /** What the rows are to the state file: the same; newer; or ahead of the state that goes with them as well. */
  #rows: 'saved' | 'newer' | 'ahead' = 'saved';

  constructor(options: PullCommitsOptions) {
    this.#options = options;
    this.#state = options.saved?.state ?? {};
    this.counts = options.collectionNames.map(noCounts);
    this.#lines = options.collectionNames.map((name) => {
      const [start, end] = lineAround(options.format, name);
      return [Buffer.from(start), Buffer.from(end)];
    });
  }

  /** True when the documents have reached their limit. */
  get hasEnough(): boolean {
    return this.#hasEnough;
  }

  /** Tables whose positions the state file keeps, and that this run does not capture. */
  get keptTables(): string[] {
    return keptTables(this.#options.saved, this.#state).map(([stateKey]) =>
      tableOfStateKey(stateKey),
    );
  }

  /** Commits batches; true when there are documents enough. */
  async commit(batches: readonly CapturedBatch[]): Promise<boolean> {
    const { documentsMax, stateFile, destination } = this.#options;
    const isReduced = destination.kind === 'rows';
    this.#rows = 'ahead';
    // Not before: a run that fails at its start leaves a file as it was.
    if (destination.kind === 'output') await destination.output.begin();
    const { whole, cut } = within(batches, documentsMax - this.documentCount);
    await this.#put(whole.flatMap(({ documents }) => documents));
    const state = whole.at(-1)?.state;
    if (state !== undefined) {
      this.#state = state;
      // Rows are a part of the state, and a large one: they are saved at the end.
      if (!isReduced) await this.#save();
    }
    this.#hasEnough = cut !== undefined || this.documentCount >= documentsMax;
    // Behind the last commit. Rows that are to be saved must not be ahead of their state.
    if (cut !== undefined && (stateFile === undefined || !isReduced)) {
      await this.#put(cut);
      this.uncoveredCount = cut.length;
    }
    this.#rows = 'newer';
    return this.#hasEnough;
  }

  /** Saves the rows with the state they belong to, where there are rows and a file for them. */
  async saveRows(): Promise<void> {
    if (this.#options.destination.kind !== 'rows' || this.#rows !== 'newer') return;
    await this.#save();
    this.#rows = 'saved';
  }

  async #put(documents: readonly CapturedDocument[]): Promise<void> {
    if (documents.length === 0) return;
    const { destination } = this.#options;
    if (destination.kind === 'rows') destination.rows.store(documents);
    else await this.#write(destination.output, documents);
    const previous = new Map<number, CapturedDocument>();
    for (const document of documents) {
      const { binding } = document;
      const counts = this.counts[binding];
      assert(counts !== undefined, 'every document has a binding');
      countDocument(counts, document, previous.get(binding));
      previous.set(binding, document);
    }
    this.documentCount += documents.length;
  }

  async #write(output: DocumentOutput, documents: readonly CapturedDocument[]): Promise<void> {
    if (output.isByBinding !== true) {
      await output.write(
        documents.flatMap((document) => this.#line(document)),
        0,
      );
      return;
    }
    for (const binding of new Set(documents.map((document) => document.binding))) {
      const own = documents.filter((document) => document.binding === binding);
      await output.write(
        own.flatMap((document) => this.#line(document)),
        binding,
      );
    }
  }

  #line({ binding, json }: CapturedDocument): Uint8Array[] {
    const around = this.#lines[binding];
    assert(around !== undefined, 'every document has a binding');
    return [around[0], json, around[1]];
  }

  async #save(): Promise<void> {
    const { files, clock, capture, stateFile, destination, saved, format } = this.#options;
    if (stateFile === undefined) return;
    const isReduced = destination.kind === 'rows';
    const pullState: PullState = {
      capture,
      savedAt: rfc3339(clock.now()),
      documents: (saved?.documents ?? 0) + this.documentCount,
      output: isReduced ? undefined : withKeptFiles(saved?.output, await destination.output.sync()),
      format: isReduced ? 'flow' : format,
      state: withKeptTables(saved, this.#state),
      collections: isReduced
        ? new Map([...(saved?.collections ?? []), ...destination.rows.rows()])
        : undefined,
    };
    const text = pullStateText(pullState);
    await files.replace(stateFile, text, { isPrivate: true }).catch((error: unknown) => {
      throw new ConnectorError(
        errorCodes.fileUnusable,
        `Cannot write state file "${stateFile}": ${messageOf(error)}`,
        { cause: error },
      );
    });
  }
}

/** The batches that are within a limit, and of the one that crosses it the documents that still are. */
function within(
  batches: readonly CapturedBatch[],
  room: number,
): { whole: readonly CapturedBatch[]; cut: readonly CapturedDocument[] | undefined } {
  let left = room;
  for (const [index, { documents }] of batches.entries()) {
    if (documents.length > left) {
      return { whole: batches.slice(0, index), cut: documents.slice(0, left) };
    }
    left -= documents.length;
  }
  return { whole: batches, cut: undefined };
}
