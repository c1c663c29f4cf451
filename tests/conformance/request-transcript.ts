/** The requests of a session: what Flow sends in either codec, and what the connector makes of it. */

import type { Request } from '../../protocol/requests.ts';
import { block, frame, text } from '../support/frame-notation.ts';

export interface RequestCase {
  readonly name: string;
  /** The line that Flow sends. */
  readonly line: string;
  /** The frame that Flow sends, in hex; spaces are for the reader. */
  readonly frame: string;
  readonly want: Request;
}

const orders = {
  name: 'acmeCo/orders',
  key: ['/id'],
  uuidPtr: '/_meta/uuid',
  partitionFields: [],
  writeSchema: { type: 'object' },
  readSchema: { type: 'object' },
};
const capture = {
  name: 'acmeCo/dynamo',
  config: { region: 'eu-west-1' },
  bindings: [
    {
      resourceConfig: { table: 'orders' },
      resourcePath: ['orders'],
      collection: orders,
      backfill: 1,
      stateKey: 'orders.v1',
    },
  ],
  intervalSeconds: 300,
};

const collectionLine =
  '{"name":"acmeCo/orders","writeSchema":{"type":"object"},"key":["/id"],"uuidPtr":"/_meta/uuid"}';
const captureLine =
  '{"name":"acmeCo/dynamo","connectorType":"IMAGE","config":{"region":"eu-west-1"},"bindings":[{' +
  `"resourceConfig":{"table":"orders"},"resourcePath":["orders"],"collection":${collectionLine},` +
  '"backfill":1,"stateKey":"orders.v1"}],"intervalSeconds":300}';

const collectionBlocks = [
  block('0a', text('acmeCo/orders')),
  block('1a', text('/id')),
  block('22', text('/_meta/uuid')),
  block('42', text('{"type":"object"}')),
];
const captureBlock = block(
  '0a',
  block('0a', text('acmeCo/dynamo')),
  '1007',
  block('1a', text('{"region":"eu-west-1"}')),
  block(
    '22',
    block('0a', text('{"table":"orders"}')),
    block('12', text('orders')),
    block('1a', ...collectionBlocks),
    '2001',
    block('2a', text('orders.v1')),
  ),
  '28ac02',
);

export const requestCases: readonly RequestCase[] = [
  {
    name: 'spec',
    line: '{"spec":{"connectorType":"IMAGE","config":{}}}',
    frame: frame(block('0a', '0807', block('12', text('{}')))),
    want: { kind: 'spec' },
  },
  {
    name: 'discover',
    line: '{"discover":{"name":"acmeCo/dynamo","connectorType":"IMAGE","config":{"region":"eu-west-1"}}}',
    frame: frame(block('12', '0807', block('12', text('{"region":"eu-west-1"}')))),
    want: { kind: 'discover', config: { region: 'eu-west-1' }, createdAt: '' },
  },
  {
    name: 'validate',
    line:
      '{"validate":{"name":"acmeCo/dynamo","config":{"region":"eu-west-1"},"bindings":[{' +
      `"resourceConfig":{"table":"orders"},"collection":${collectionLine},"backfill":2}],"lastVersion":"7"}}`,
    frame: frame(
      block(
        '1a',
        block('0a', text('acmeCo/dynamo')),
        block('1a', text('{"region":"eu-west-1"}')),
        block(
          '22',
          block('0a', text('{"table":"orders"}')),
          block('12', ...collectionBlocks),
          '1802',
        ),
        block('32', text('7')),
      ),
    ),
    want: {
      kind: 'validate',
      name: 'acmeCo/dynamo',
      config: { region: 'eu-west-1' },
      bindings: [{ resourceConfig: { table: 'orders' }, collection: orders, backfill: 2 }],
      lastCapture: null,
      lastVersion: '7',
    },
  },
  {
    name: 'apply',
    line: `{"apply":{"capture":${captureLine},"version":"0f1e","lastVersion":"7"}}`,
    frame: frame(block('22', captureBlock, block('12', text('0f1e')), block('2a', text('7')))),
    want: {
      kind: 'apply',
      capture,
      version: '0f1e',
      lastCapture: null,
      lastVersion: '7',
      state: {},
    },
  },
  {
    name: 'open',
    line:
      `{"open":{"capture":${captureLine},"version":"0f1e","range":{"keyEnd":4294967295,` +
      '"rClockEnd":4294967295},"state":{"n":"1"}}}',
    frame: frame(
      block(
        '2a',
        captureBlock,
        block('12', text('0f1e')),
        block('1a', '1dffffffff 2dffffffff'),
        block('22', text('{"n":"1"}')),
      ),
    ),
    want: {
      kind: 'open',
      capture,
      version: '0f1e',
      range: { keyBegin: 0, keyEnd: 4294967295, rClockBegin: 0, rClockEnd: 4294967295 },
      state: { n: '1' },
    },
  },
  {
    name: 'acknowledge',
    line: '{"acknowledge":{"checkpoints":300}}',
    frame: frame(block('32', '08ac02')),
    want: { kind: 'acknowledge', checkpoints: 300 },
  },
];
