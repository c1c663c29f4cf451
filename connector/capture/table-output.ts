/** One table's documents on their way out: made, told Flow about, and emitted with the patch that covers them. */

import type { JsonObject } from '../json.ts';
import { statePatch, type TableState } from '../state/state.ts';
import type { Table } from '../table.ts';
import { createTranscoder, type Frames, type Transcoder } from '../transcoder/transcoder.ts';
import type { CaptureContext, TableBinding } from './capture-context.ts';
import { SourcedSchemas } from './sourced-schemas.ts';

export interface TableOutputOptions {
  readonly context: CaptureContext;
  readonly binding: TableBinding;
  readonly table: Table;
  readonly state: TableState;
}

/** True where the user wants to keep what time to live deletes. */
export function ignoresTtlDeletes({
  binding,
  context,
}: Pick<TableOutputOptions, 'binding' | 'context'>): boolean {
  return (binding.resource.ttlDeletes ?? context.config.ttlDeletes) === 'ignore';
}

export class TableOutput {
  readonly transcoder: Transcoder;
  readonly #options: TableOutputOptions;
  readonly #sourcedSchemas: SourcedSchemas;

  constructor(options: TableOutputOptions) {
    const { context, binding, table, state } = options;
    const { config, log } = context;
    this.#options = options;
    this.#sourcedSchemas = new SourcedSchemas({
      binding: binding.index,
      table,
      state,
      encode: context.sourcedSchema,
      log,
    });
    this.transcoder = createTranscoder({
      key: table.key,
      framing: context.documentFraming(binding.index),
      pool: context.pool,
      numbers: config.numbers,
      beforeImages: binding.resource.beforeImages ?? config.beforeImages,
      ignoresTtlDeletes: ignoresTtlDeletes(options),
      locations: this.#sourcedSchemas.locations,
    });
  }

  /**
   * Emits what is left of a page's documents, and releases it. What was learned of their types goes in front of them,
   * under the checkpoint that covers them. Takes its place in the output at once.
   */
  async emit(
    patch: JsonObject | undefined,
    documents?: Frames,
    dropped: readonly number[] = [],
  ): Promise<void> {
    if (patch !== undefined) {
      const frames = documents?.without(dropped) ?? [];
      const learned = this.#sourcedSchemas.take();
      await this.#emit([...(learned?.frames ?? []), ...frames], { ...patch, ...learned?.patch });
    }
    documents?.release();
  }

  /** Tells Flow again what an earlier process has learned of the documents' types. */
  async declareRemembered(): Promise<void> {
    const message = this.#sourcedSchemas.remembered();
    if (message !== undefined) await this.#emit([message], {});
  }

  #emit(frames: readonly Uint8Array[], patch: JsonObject): Promise<void> {
    const { context, binding } = this.#options;
    return context.emitter.emit({ frames, patch: statePatch(binding.stateKey, patch) });
  }
}
