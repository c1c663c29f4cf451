/** Tables that are captured, stopped, changed and captured on, and what Flow infers of their documents meanwhile. */

import { expect } from '@jest/globals';
import { runLocally } from '../../connector/cli/pull/local-runtime.ts';
import type { CapturedBatch } from '../../connector/cli/pull/session-output.ts';
import type { Host } from '../../connector/host.ts';
import type { KeyDefinition } from '../support/dynamodb-calls.ts';
import { FakeClock } from '../support/fake-clock.ts';
import {
  FakeDynamoDb,
  type AttributeValue,
  type Item,
} from '../support/fake-dynamodb/fake-dynamodb.ts';
import { Shape, type SourcedSchema } from '../support/flow-inference.ts';
import { collectedLog, outcome } from '../unit/aws/retry-context.ts';
import './loaded.ts';
import { endpointConfig } from './open-request.ts';

export interface CapturedTable {
  readonly name: string;
  readonly key: readonly KeyDefinition[];
  /** Of the binding, beside the table's name. */
  readonly resource?: object | undefined;
}

/** What came of one table. */
export class Columns {
  /** Inferred as Flow does it, and as it would without a word from the connector. */
  readonly after = new Shape();
  readonly before = new Shape();
  readonly told: SourcedSchema[] = [];
  readonly documents: string[] = [];
}

export const ordersTable: CapturedTable = { name: 'orders', key: [{ name: 'id', type: 'S' }] };

export class ColumnCapture {
  readonly clock = new FakeClock(Date.UTC(2026, 7, 21, 10));
  readonly fake = new FakeDynamoDb({ clock: this.clock, expiryDelayMs: [0, 0] });
  state: CapturedBatch['state'] = {};
  readonly #tables: readonly CapturedTable[];
  readonly #advanced: object;
  readonly #columns = new Map<string, Columns>();

  constructor(advanced: object = {}, tables: readonly CapturedTable[] = [ordersTable]) {
    this.#advanced = advanced;
    this.#tables = tables;
    for (const { name, key } of tables) {
      this.fake.createTable({ name, key });
      this.fake.enableStream(name);
      this.#columns.set(name, new Columns());
    }
  }

  put(id: string, values: Item): void {
    this.fake.put('orders', { id: { S: id }, ...values });
  }

  columns(name = 'orders'): Columns {
    return this.#columns.get(name)!;
  }

  /** A session, until it has caught up: with all tables bound, or these. */
  async run(bound: readonly string[] = this.#tables.map(({ name }) => name)): Promise<void> {
    const { log } = collectedLog(this.clock);
    const tables = bound.map((name) => this.#tables.find((table) => table.name === name)!);
    const ended = runLocally({
      host: this.#host(),
      log,
      capture: {
        name: 'acmeCo/try',
        config: endpointConfig(this.#advanced),
        bindings: tables.map(({ name: table, key, resource }) => ({
          resourceConfig: { table, ...resource },
          collection: {
            name: `acmeCo/${table}`,
            key: key.map(({ name }) => `/${name}`),
            writeSchema: {},
          },
          backfill: 0,
        })),
      },
      state: this.state,
      end: 'caught-up',
      commit: (batches) => {
        for (const batch of batches) this.#commit(batch, bound);
        return Promise.resolve(false);
      },
    });
    expect(await this.clock.run(outcome(ended))).toBe(undefined);
  }

  #host(): Host {
    return {
      input: (async function* () {
        // The session has an input of its own.
      })(),
      output: { write: () => Promise.reject(new Error('Nothing is written here')) },
      logLine: () => undefined,
      clock: this.clock,
      random: () => 0.5,
      environment: {},
      http: this.fake.transport(),
      stop: new AbortController().signal,
    };
  }

  #commit({ documents, state, sourcedSchemas }: CapturedBatch, bound: readonly string[]): void {
    this.state = state;
    for (const { binding, documentSchema } of sourcedSchemas) {
      const { after, told } = this.columns(bound[binding]);
      told.push(documentSchema as SourcedSchema);
      after.union(documentSchema as SourcedSchema);
    }
    for (const { binding, json } of documents) {
      const { after, before, documents: texts } = this.columns(bound[binding]);
      const text = Buffer.from(json).toString();
      texts.push(text);
      after.widen(text);
      before.widen(text);
    }
  }
}

export const s = (text: string): AttributeValue => ({ S: text });
export const n = (text: string): AttributeValue => ({ N: text });

/** The values come one by one: the first one by the scan, the others by the stream, after a restart each. */
export async function captured(
  values: readonly AttributeValue[],
  advanced: object = {},
): Promise<Columns> {
  const capture = new ColumnCapture(advanced);
  const put = (value: AttributeValue, index: number) => {
    capture.put(`item-${index}`, { a: value, m: { M: { a: value } } });
  };
  values.slice(0, 1).forEach(put);
  await capture.run();
  for (const [index, value] of values.slice(1).entries()) {
    put(value, index + 1);
    put(value, index);
    await capture.run();
  }
  return capture.columns();
}
