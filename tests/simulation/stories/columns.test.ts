/** What Flow infers of a table's documents, and so which columns they get, with and without what the connector says of them. */

import { describe, expect, jest, test } from '@jest/globals';
import { runLocally } from '../../../connector/cli/pull/local-runtime.ts';
import type { CapturedBatch } from '../../../connector/cli/pull/session-output.ts';
import type { Host } from '../../../connector/host.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import {
  FakeDynamoDb,
  type AttributeValue,
  type Item,
} from '../../support/fake-dynamodb/fake-dynamodb.ts';
import { Shape, type SourcedSchema } from '../../support/flow-inference.ts';
import { collectedLog, outcome } from '../../unit/aws/retry-context.ts';
import '../loaded.ts';
import { endpointConfig } from '../open-request.ts';

jest.setTimeout(300_000);

const table = 'orders';
const beyond64Bits = '18446744073709551617';
const quotient = '0.33333333333333333333333333333333333333';

/** A table that is captured, stopped, changed and captured on. */
class Capture {
  readonly clock = new FakeClock(Date.UTC(2026, 7, 21, 10));
  readonly fake = new FakeDynamoDb({ clock: this.clock, expiryDelayMs: [0, 0] });
  /** Inferred as Flow does it, and as it would without a word from the connector. */
  readonly after = new Shape();
  readonly before = new Shape();
  readonly told: SourcedSchema[] = [];
  readonly documents: string[] = [];
  readonly #advanced: object;
  readonly #resource: object;
  #state: CapturedBatch['state'] = {};

  constructor(advanced: object = {}, resource: object = {}) {
    this.#advanced = advanced;
    this.#resource = resource;
    this.fake.createTable({ name: table, key: [{ name: 'id', type: 'S' }] });
    this.fake.enableStream(table);
  }

  put(id: string, values: Item): void {
    this.fake.put(table, { id: { S: id }, ...values });
  }

  async run(): Promise<void> {
    const { log } = collectedLog(this.clock);
    const host: Host = {
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
    const collection = { name: 'acmeCo/orders', key: ['/id'], writeSchema: {} };
    const ended = runLocally({
      host,
      log,
      capture: {
        name: 'acmeCo/try',
        config: endpointConfig(this.#advanced),
        bindings: [{ resourceConfig: { table, ...this.#resource }, collection, backfill: 0 }],
      },
      state: this.#state,
      end: 'caught-up',
      commit: (batches) => {
        for (const batch of batches) this.#commit(batch);
        return Promise.resolve(false);
      },
    });
    expect(await this.clock.run(outcome(ended))).toBe(undefined);
  }

  #commit({ documents, state, sourcedSchemas }: CapturedBatch): void {
    this.#state = state;
    for (const { documentSchema } of sourcedSchemas) {
      this.told.push(documentSchema as SourcedSchema);
      this.after.union(documentSchema as SourcedSchema);
    }
    for (const { json } of documents) {
      const text = Buffer.from(json).toString();
      this.documents.push(text);
      this.after.widen(text);
      this.before.widen(text);
    }
  }
}

const s = (text: string): AttributeValue => ({ S: text });
const n = (text: string): AttributeValue => ({ N: text });

/** The values come one by one: the first half by the scan, the others by the stream, some after a restart. */
async function captured(values: readonly AttributeValue[], advanced: object = {}) {
  const capture = new Capture(advanced);
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
  return capture;
}

describe('columns', () => {
  test.each<[name: string, values: readonly AttributeValue[], before: string, after: string]>([
    ['zip codes', [s('01234'), s('94105')], 'string (integer)', 'string'],
    ['phone numbers', [s('+15551234567')], 'string (integer)', 'string'],
    ['ids like 12e4', [s('12e4'), s('3')], 'string (integer)', 'string'],
    ['a zip code, then another country', [s('01234'), s('K1A 0B1')], 'string', 'string'],
    ['base64 that looks like a number', [{ B: '1234' }], 'string (integer)', 'string'],
    ['dates', [s('2026-08-21'), s('2026-08-22')], 'string (date)', 'string (date)'],
    [
      'whole numbers, one beyond 64 bits',
      [n('2'), n(beyond64Bits)],
      'integer|string (integer)',
      'integer|string (integer)',
    ],
    [
      'whole numbers and a quotient',
      [n('2'), n(quotient)],
      'integer|string (number)',
      'number|string (number)',
    ],
    [
      'fractions and a quotient',
      [n('2.5'), n(quotient)],
      'number|string (number)',
      'number|string (number)',
    ],
    [
      'fractions and a whole number beyond 64 bits',
      [n('2.5'), n(beyond64Bits)],
      'number|string (integer)',
      'number|string (number)',
    ],
    ['a text and a number', [s('5'), n('7')], 'integer|string (integer)', 'integer|string'],
  ])('of %s', async (_, values, before, after) => {
    const capture = await captured(values);
    for (const path of [['a'], ['m', 'a']]) {
      expect(capture.before.at(...path).toString()).toBe(before);
      expect(capture.after.at(...path).toString()).toBe(after);
    }
    expect([...capture.after.required]).toEqual(expect.arrayContaining(['_meta', 'id']));
  });

  test.each<[numbers: string, after: string]>([
    ['double', 'number'],
    ['string', 'number|string (number)'],
  ])('of numbers as %s', async (numbers, after) => {
    const capture = await captured([n('2'), n('2.5'), n(quotient), n(beyond64Bits)], { numbers });
    expect(capture.after.at('a').toString()).toBe(after);
    expect(capture.after.at('_meta', 'before', 'a').toString()).toBe(after);
  });

  test('are told before the documents, and again after a start', async () => {
    const capture = new Capture();
    capture.put('1', { zip: s('01234') });
    await capture.run();
    await capture.run();
    capture.put('2', { zip: s('94105'), floor: s('3') });
    await capture.run();
    const names = capture.told.map(({ properties = {} }) => Object.keys(properties).join());
    expect(names).toEqual(['_meta,id,zip', '_meta,id,zip', '_meta,id,zip', '_meta,id,floor']);
  });

  test('have no images of what was before where they are not wanted', async () => {
    for (const [advanced, resource] of [
      [{ beforeImages: false }, {}],
      [{}, { beforeImages: false }],
    ]) {
      const capture = new Capture(advanced, resource);
      await capture.run();
      capture.put('1', { v: n('1') });
      capture.put('1', { v: n('2') });
      capture.fake.delete(table, { id: s('1') });
      await capture.run();
      expect(capture.documents.length).toBeGreaterThanOrEqual(3);
      expect(capture.documents.filter((text) => text.includes('"before"'))).toEqual([]);
      expect(capture.documents.at(-1)).toMatch(/^\{"id":"1","_meta":\{"op":"d"/);
    }
  });

  test('keep rows that time to live has deleted, where that is wanted', async () => {
    const opsOf = async (advanced: object, resource: object = {}) => {
      const capture = new Capture(advanced, resource);
      capture.fake.setTimeToLive(table, 'expires');
      capture.put('kept', { expires: n(String(capture.clock.now() / 1000 + 600)) });
      await capture.run();
      await capture.clock.advance(3_600_000);
      capture.put('new', { v: n('1') });
      capture.fake.delete(table, { id: s('new') });
      await capture.run();
      return capture.documents.flatMap((text) => /"op":"[ud]"/.exec(text) ?? []);
    };
    const deleted = '"op":"d"';
    expect(await opsOf({})).toEqual([deleted, deleted]);
    expect(await opsOf({ ttlDeletes: 'ignore' })).toEqual([deleted]);
    expect(await opsOf({}, { ttlDeletes: 'ignore' })).toEqual([deleted]);
    expect(await opsOf({ ttlDeletes: 'ignore' }, { ttlDeletes: 'capture' })).toEqual([
      deleted,
      deleted,
    ]);
  });
});
