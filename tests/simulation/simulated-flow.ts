/** Flow's side of a capture: commits documents and state at checkpoints, and keeps what a destination would hold. */

import { mergePatch } from '../../connector/merge-patch.ts';
import {
  Collection,
  combineDocuments,
  Materialization,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../connector/reduction/reduction.ts';
import { isObject, property } from '../../connector/reduction/json.ts';
import { documentKey, documentSchema } from '../../connector/discovery/discovery.ts';
import type { Table } from '../../connector/table.ts';
import type { SourcedSchema } from '../support/flow-inference.ts';
import { createResponseDecoder, type DecodedResponse } from '../support/response-decoder.ts';
import { checkpointViolations, epochViolations, isRepairing, member } from './checkpoint-check.ts';
import { InferredTypes } from './inferred-types.ts';

/** A committed document, in the order in which the connector emitted it. */
export interface Committed {
  readonly binding: number;
  readonly document: JsonObject;
  readonly emittedAtMs: number;
  /** True for what a repair read again, by the patch that covers it. */
  readonly isReread: boolean;
}

/** What destinations hold of one collection. */
export interface Destination {
  readonly collection: Collection;
  readonly hard: Materialization;
  readonly soft: Materialization;
  /** The last document of each key, as delta updates see it. */
  readonly delta: Map<string, JsonValue>;
}

export interface FlowOptions {
  readonly tables: readonly Pick<Table, 'key'>[];
  /** Of the tables' bindings; each checkpoint is held against its documents where they are given. */
  readonly stateKeys?: readonly string[];
  /** True where records of deletes by time to live make no documents. */
  readonly ignoresTtlDeletes?: boolean;
  readonly random: () => number;
  /** Of the checkpoints that could be committed, how many are. */
  readonly commitChance: number;
  readonly now: () => number;
}

// Compiling a schema takes longer than many a history; tables with the same key share one.
const collections = new Map<string, Collection>();

function collectionOf(table: Pick<Table, 'key'>): Collection {
  const name = JSON.stringify(table.key);
  const known = collections.get(name);
  if (known !== undefined) return known;
  const schema = documentSchema(table as Table, { historyMode: false });
  const collection = new Collection({ schema, key: documentKey(table as Table) });
  collections.set(name, collection);
  return collection;
}

export class SimulatedFlow {
  /** The committed state; a new process gets it. */
  state: Readonly<Record<string, unknown>> = {};
  readonly committed: Committed[] = [];
  /** Checkpoints that do not cover exactly their documents. */
  readonly violations: string[] = [];
  readonly destinations: readonly Destination[];
  /** What Flow would infer of the documents' columns. */
  readonly types: InferredTypes;
  readonly #options: FlowOptions;
  #decoder = createResponseDecoder('json');
  /** The table of each binding of the present process. */
  #bound: readonly number[] = [];
  /** Since the last checkpoint, and since the last commit. */
  #pending: Committed[] = [];
  #transaction: Committed[] = [];
  #transactionState: Readonly<Record<string, unknown>> = {};
  /** Published, and not yet materialized. */
  #published: JsonValue[][][];
  checkpointCount = 0;
  /** When the first checkpoint of a table's epoch came, by state key and epoch: from then on nothing may be missed. */
  readonly epochsBegan = new Map<string, number>();
  /** Those of them that were committed: an uncommitted one never was. */
  readonly epochsCommitted = new Set<string>();
  /** Those that began with a repair instead of a backfill. */
  readonly repairEpochs = new Set<string>();

  constructor(options: FlowOptions) {
    this.#options = options;
    this.destinations = options.tables.map((table) => {
      const collection = collectionOf(table);
      return {
        collection,
        hard: new Materialization(collection, { hardDelete: true }),
        soft: new Materialization(collection, { hardDelete: false }),
        delta: new Map(),
      };
    });
    this.#published = options.tables.map(() => []);
    this.types = new InferredTypes(options.tables.length);
  }

  /** The state with every checkpoint received, committed or not. */
  get emittedState(): Readonly<Record<string, unknown>> {
    return this.#transactionState;
  }

  /**
   * A new process begins, with these tables as its bindings, or all: whatever was not committed never happened.
   */
  begin(bound = this.#options.tables.map((_, table) => table)): void {
    this.#bound = bound;
    this.#decoder = createResponseDecoder('json');
    this.#pending = [];
    this.types.begin();
    this.#transaction = [];
    this.#transactionState = this.state;
  }

  get repairsCommitted(): number {
    return [...this.epochsCommitted].filter((name) => this.repairEpochs.has(name)).length;
  }

  /** Output of the connector, in pieces of any size. */
  receive(bytes: Uint8Array): void {
    for (const response of this.#decoder.push(bytes)) this.#handle(response);
  }

  /** Commits every checkpoint received, and materializes everything. */
  finish(): void {
    this.commit();
    this.#materialize(true);
  }

  /** The epoch that the committed state has for a table. */
  epochOf(stateKey: string): string | undefined {
    const name = epochNames(this.state).find((each) => each.startsWith(`${stateKey} `));
    return name?.slice(stateKey.length + 1);
  }

  #handle(response: DecodedResponse): void {
    if ('captured' in response) {
      const { binding, doc } = response.captured;
      const document = parseJson(doc) as JsonObject;
      const table = this.#bound[binding]!;
      this.#pending.push({
        binding: table,
        document,
        emittedAtMs: this.#options.now(),
        isReread: false,
      });
    } else if ('sourcedSchema' in response) {
      const { binding, documentSchema } = response.sourcedSchema;
      this.types.source(this.#bound[binding]!, documentSchema as SourcedSchema);
    } else if ('checkpoint' in response) {
      this.violations.push(...this.types.checkpoint(this.#pending));
      const { updated, mergePatch: isPatch } = response.checkpoint.state;
      this.checkpointCount += 1;
      const { stateKeys, ignoresTtlDeletes } = this.#options;
      if (stateKeys !== undefined) {
        const change = {
          patch: updated as JsonObject,
          before: this.#transactionState as JsonObject,
        };
        this.violations.push(
          ...checkpointViolations(this.#pending, change, stateKeys, ignoresTtlDeletes),
        );
      }
      const covered = updated as JsonObject;
      this.#transaction.push(...this.#pending.map((each) => this.#withSource(each, covered)));
      this.#pending = [];
      const before = this.#transactionState;
      this.#transactionState = (
        isPatch ? mergePatch(before, updated) : updated
      ) as typeof this.state;
      this.#judgeEpochs(before);
      this.#noteEpochs();
      if (this.#options.random() < this.#options.commitChance) this.commit();
    }
  }

  #withSource(committed: Committed, patch: JsonObject): Committed {
    const stateKey = this.#options.stateKeys?.[committed.binding] ?? '';
    const table = member(member(patch, 'bindingStateV1'), stateKey);
    return { ...committed, isReread: isObject(property(table, 'repair') ?? null) };
  }

  #judgeEpochs(before: typeof this.state): void {
    const tablesOf = (state: typeof this.state) => member(state as JsonObject, 'bindingStateV1');
    const [old, young] = [tablesOf(before), tablesOf(this.#transactionState)];
    for (const stateKey of Object.keys(young)) {
      this.violations.push(...epochViolations(member(old, stateKey), member(young, stateKey)));
    }
  }

  #noteEpochs(): void {
    for (const name of epochNames(this.#transactionState)) {
      if (this.epochsBegan.has(name)) continue;
      this.epochsBegan.set(name, this.#options.now());
      const [stateKey = ''] = name.split(' ');
      const tables = member(this.#transactionState as JsonObject, 'bindingStateV1');
      if (isRepairing(member(tables, stateKey))) this.repairEpochs.add(name);
    }
  }

  /** One transaction, of every checkpoint received: documents of a key are combined as a capture combines them. */
  commit(): void {
    this.state = this.#transactionState;
    for (const name of epochNames(this.state)) this.epochsCommitted.add(name);
    this.destinations.forEach(({ collection }, binding) => {
      const documents = this.#transaction.filter((each) => each.binding === binding);
      if (documents.length === 0) return;
      const combined = combineDocuments(
        collection,
        documents.map((each) => each.document),
      );
      this.#published[binding]!.push(combined);
    });
    this.committed.push(...this.#transaction);
    this.#transaction = [];
    this.#materialize(this.#options.random() < 0.5);
  }

  /** A materialization reads what was published: some capture transactions at a time, each of them whole. */
  #materialize(isWhole: boolean): void {
    this.destinations.forEach(({ collection, hard, soft, delta }, binding) => {
      const waiting = this.#published[binding]!;
      const count = isWhole ? waiting.length : Math.floor(this.#options.random() * waiting.length);
      const documents = waiting.splice(0, count).flat();
      hard.store(documents);
      soft.store(documents);
      for (const document of documents) delta.set(collection.packKey(document), document);
    });
  }
}

/** The epochs of a state, as state key and time. */
function epochNames(state: Readonly<Record<string, unknown>>): string[] {
  const tables = state['bindingStateV1'] as Record<string, { readonly epoch?: string }> | undefined;
  return Object.entries(tables ?? {}).map(([stateKey, { epoch }]) => `${stateKey} ${epoch ?? ''}`);
}
