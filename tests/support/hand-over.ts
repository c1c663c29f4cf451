/** A capture by ours that begins from a state of another connector, or leaves its states to one. */

import { CapturedCollection } from './captured-collection.ts';
import { connectorCommand, endpointConfig } from './connector-command.ts';
import type { CodecName } from './connector-process.ts';
import type { DynamoDbCalls } from './dynamodb-calls.ts';
import { FlowRuntime, assertExit, type CaptureBinding } from './flow-runtime.ts';
import { readAsGo, type GoTable } from './go-state.ts';
import type { KeyedTable } from './keyed-tables.ts';
import { readSchemaOf } from './read-schema.ts';
import { verifyTable, type Verdict } from './verify.ts';

/** Unlike the other's: its state has the last word on a backfill that has begun. */
const configuredSegmentCount = 7;
const sessionMsMax = 60_000;

export interface HandOverOptions {
  readonly dynamoDb: DynamoDbCalls;
  readonly codec: CodecName;
  /** Items per page, as `scanLimit`. */
  readonly pageItems: number;
}

export interface CapturedTable extends KeyedTable {
  readonly binding: CaptureBinding;
  readonly collection: CapturedCollection;
  /** What ours committed. */
  readonly documents: { _meta: { snapshot: boolean; sequenceNumber?: string }; text: string }[];
}

export interface Commit {
  readonly state: ReadonlyMap<string, GoTable>;
  /** For each table, how many documents of ours were committed by then. */
  readonly documentCounts: readonly number[];
}

/** A capture of these tables by ours, which ends when it is backfilled and caught up. */
export class HandOver {
  readonly tables: readonly CapturedTable[];
  /** Every state, as the Go connector understands it; reading them is a part of the test. */
  readonly commits: Commit[] = [];
  readonly runtime: FlowRuntime;

  readonly #dynamoDb: DynamoDbCalls;

  private constructor(
    dynamoDb: DynamoDbCalls,
    runtime: FlowRuntime,
    tables: readonly CapturedTable[],
  ) {
    this.#dynamoDb = dynamoDb;
    this.runtime = runtime;
    this.tables = tables;
  }

  /** Discovers the tables; no session yet. */
  static async of(
    { dynamoDb, codec, pageItems }: HandOverOptions,
    tables: readonly KeyedTable[],
  ): Promise<HandOver> {
    const advanced = { backfillSegments: configuredSegmentCount, scanLimit: pageItems };
    const runtime = new FlowRuntime({
      command: connectorCommand(),
      codec,
      environment: { SHUTDOWN_AFTER_POLLING: 'yes' },
      captureName: 'test/go-state',
      config: endpointConfig(dynamoDb.endpoint, advanced),
    });
    const discovered = await runtime.discover();
    const captured = tables.map((table): CapturedTable => {
      const found = discovered.find(({ resourcePath }) => resourcePath[0] === table.table);
      if (found === undefined) throw new Error(`Connector did not discover "${table.table}"`);
      const { key, resourcePath, documentSchema: schema } = found;
      const writeSchema = schema as CaptureBinding['collection']['writeSchema'];
      const resourceConfig = { table: table.table };
      const binding = {
        resourceConfig,
        resourcePath,
        collection: { name: `test/${table.name}`, key, writeSchema },
        stateKey: table.table,
      };
      return { ...table, binding, collection: new CapturedCollection(key), documents: [] };
    });
    return new HandOver(dynamoDb, runtime, captured);
  }

  /** One session, to its end; `meanwhile` runs once it is open. */
  async run(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const bindings = this.tables.map(({ binding }) => binding);
    const session = this.runtime.open(bindings, {
      onCommit: (documents) => {
        for (const { binding, text } of documents) {
          const table = this.tables[binding];
          table?.collection.add(text);
          table?.documents.push({ ...(JSON.parse(text) as CapturedTable['documents'][0]), text });
        }
        const documentCounts = this.tables.map((table) => table.documents.length);
        this.commits.push({ state: readAsGo(this.runtime.state), documentCounts });
      },
    });
    await session.opened;
    await meanwhile();
    assertExit(await session.connector.exitWithin(sessionMsMax));
  }

  /** Each table against its collection, by the schema that it is read with. */
  async verdicts(): Promise<Verdict[]> {
    return Promise.all(
      this.tables.map(({ table, key, collection, binding }) => {
        const schema = readSchemaOf(binding.collection.writeSchema);
        return verifyTable(this.#dynamoDb, { table, key, schema, collection });
      }),
    );
  }
}
