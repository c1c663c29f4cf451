import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { ProtocolError } from '../../../protocol/protocol-error.ts';
import { parseRequest } from '../../../protocol/requests.ts';
import schema from '../../../protocol/requests.schema.json' with { type: 'json' };

const noCollection = {
  name: '',
  key: [],
  uuidPtr: '',
  partitionFields: [],
  writeSchema: {},
  readSchema: {},
};
const noCapture = { name: '', config: {}, bindings: [], intervalSeconds: 0 };
const fullRange = { keyBegin: 0, keyEnd: 4294967295, rClockBegin: 0, rClockEnd: 4294967295 };

/** The request of a line, so that no case shares objects with another. */
const parse = (json: object) => parseRequest(JSON.parse(JSON.stringify(json)));

describe('parseRequest()', () => {
  test.each<[string, object, object]>([
    ['spec', { spec: {} }, { kind: 'spec' }],
    ['discover', { discover: {} }, { kind: 'discover', config: {}, createdAt: '' }],
    [
      'validate',
      { validate: {} },
      { kind: 'validate', name: '', config: {}, bindings: [], lastCapture: null, lastVersion: '' },
    ],
    [
      'apply',
      { apply: { capture: {} } },
      {
        kind: 'apply',
        capture: noCapture,
        version: '',
        lastCapture: null,
        lastVersion: '',
        state: {},
      },
    ],
    [
      'open',
      { open: { capture: {} } },
      { kind: 'open', capture: noCapture, version: '', range: fullRange, state: {} },
    ],
    ['acknowledge', { acknowledge: {} }, { kind: 'acknowledge', checkpoints: 0 }],
  ])('fills in what %s leaves out', async (_, json, want) => {
    const got = await parse(json);
    expect(got).toEqual(want);
  });

  test.each<[string, object, object]>([
    ['an absent range is everything', {}, { range: fullRange }],
    [
      'absent ends of a range are 0',
      { range: { keyEnd: 7 } },
      { range: { keyBegin: 0, keyEnd: 7, rClockBegin: 0, rClockEnd: 0 } },
    ],
    ['null members are absent', { range: null, state: null, version: null }, { range: fullRange }],
    ['unknown members are dropped', { $internal: 'AA==', sealedConfig: { a: 1 } }, {}],
    [
      'original field names serve',
      { state_json: { a_b: null }, range: { key_end: 5, r_clock_end: 6 } },
      { state: { a_b: null }, range: { keyBegin: 0, keyEnd: 5, rClockBegin: 0, rClockEnd: 6 } },
    ],
  ])('of open: %s', async (_, members, want) => {
    const got = await parse({ open: { capture: {}, ...members } });
    expect(got).toEqual({
      ...{ kind: 'open', capture: noCapture, version: '', range: fullRange, state: {} },
      ...want,
    });
  });

  test('keeps configurations and state as they are, whatever their members are called', async () => {
    const text =
      '{"__proto__":{"a":null},"config_json":1,"constructor":[null,true],"$internal":"x"}';
    const binding = `{"resourceConfig":${text},"collection":{"writeSchema":${text}}}`;
    const open = `{"__proto__":{"version":"2"},"capture":{"config":${text},"bindings":[${binding}]},"state":${text}}`;
    const got = await parseRequest(JSON.parse(`{"open":${open}}`));
    if (got.kind !== 'open') throw new Error(`Request became "${got.kind}"`);
    const { capture, state, version } = got;
    const [{ resourceConfig, collection } = { resourceConfig: 0, collection: noCollection }] =
      capture.bindings;
    const kept = [capture.config, resourceConfig, collection.writeSchema, state];
    expect(kept.map((json) => JSON.stringify(json))).toEqual([text, text, text, text]);
    expect(version).toBe('');
  });

  test('reads original field names at every depth', async () => {
    const got = await parse({
      apply: {
        capture: {
          interval_seconds: 300,
          config_json: { region: 'eu-west-1' },
          bindings: [
            {
              resource_config_json: { table: 'orders' },
              resource_path: ['orders'],
              state_key: 'orders.v1',
              collection: {
                write_schema_json: { type: 'object' },
                read_schema_json: true,
                uuid_ptr: '/_meta/uuid',
                partition_fields: ['region'],
              },
            },
          ],
        },
        last_version: 'abc',
        last_capture: { config_json: { image: 'x' } },
      },
    });
    expect(got).toEqual({
      kind: 'apply',
      capture: {
        name: '',
        config: { region: 'eu-west-1' },
        intervalSeconds: 300,
        bindings: [
          {
            resourceConfig: { table: 'orders' },
            resourcePath: ['orders'],
            backfill: 0,
            stateKey: 'orders.v1',
            collection: {
              ...noCollection,
              writeSchema: { type: 'object' },
              readSchema: true,
              uuidPtr: '/_meta/uuid',
              partitionFields: ['region'],
            },
          },
        ],
      },
      version: '',
      lastCapture: { config_json: { image: 'x' } },
      lastVersion: 'abc',
      state: {},
    });
  });

  test('leaves lastCapture as it comes', async () => {
    const lastCapture = { config: { image: 'x', config: 'ENC[…]' }, bindings: 7, name: null };
    const got = await parse({ validate: { lastCapture } });
    expect(got).toMatchObject({ lastCapture });
  });
});

describe('parseRequest() refuses', () => {
  const collection = {};
  test.each<[string, unknown, string]>([
    ['a list', [{ spec: {} }], 'Request is not a JSON object'],
    ['null', null, 'Request is not a JSON object'],
    ['text', 'spec', 'Request is not a JSON object'],
    [
      'a message without a kind',
      {},
      'Request has none of the kinds "spec", "discover", "validate", "apply", "open", "acknowledge"',
    ],
    [
      'a message of another kind',
      { read: {}, spec: null },
      'Request has none of the kinds "spec", "discover", "validate", "apply", "open", "acknowledge"',
    ],
    ['two kinds', { open: {}, spec: {} }, 'Request has two kinds, "spec" and "open"'],
    ['a kind that is no object', { open: 5 }, 'Request member "/open" must be object'],
    [
      'open without a capture',
      { open: {} },
      `Request member "/open" must have required property 'capture'`,
    ],
    [
      'a member of the wrong type, naming its place and not its value',
      { open: { capture: { bindings: [{ collection, stateKey: ['secret'] }] } } },
      'Request member "/open/capture/bindings/0/stateKey" must be string',
    ],
    [
      'a number that is no 32-bit integer',
      { open: { capture: {}, range: { keyEnd: 2 ** 32 } } },
      'Request member "/open/range/keyEnd" must be <= 4294967295',
    ],
    [
      'a negative count',
      { acknowledge: { checkpoints: -1 } },
      'Request member "/acknowledge/checkpoints" must be >= 0',
    ],
    [
      'a binding without collection',
      { validate: { bindings: [{ collection }, {}] } },
      'Request member "/validate/bindings/1" has no collection',
    ],
    [
      'an index past the table',
      { apply: { capture: { linkedCollections: [{}], bindings: [{}, { collectionIndex: 1 }] } } },
      'Request member "/apply/capture/bindings/1" points at collection 1 of 1',
    ],
  ])('%s', async (_, json, want) => {
    await expect(parseRequest(json)).rejects.toThrow(new ProtocolError(want));
    await expect(parseRequest(json)).rejects.toMatchObject({ name: 'ProtocolError' });
  });
});

test('requests.schema.json is a schema by the strict rules of ajv', () => {
  const ajv = new Ajv({ keywords: ['protobufMessage'], useDefaults: true });
  expect(() => ajv.compile(schema)).not.toThrow();
});
