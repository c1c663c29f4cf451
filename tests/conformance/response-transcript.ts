/** The responses of a session: what the connector sends in either codec, and what Flow makes of it. */

import { sourcedSchema } from '../../connector/discovery/discovery.ts';
import type { Response } from '../../protocol/responses.ts';
import { block, frame, text } from '../support/frame-notation.ts';
import type { DecodedResponse } from '../support/response-decoder.ts';

export interface ResponseCase {
  readonly name: string;
  readonly response: Response;
  /** The line that Flow reads, without its newline. */
  readonly line: string;
  /** The frame that Flow reads, in hex; spaces are for the reader. */
  readonly frame: string;
  /** What Flow makes of either. */
  readonly want: DecodedResponse;
}

/** As the connector makes it of a text like a number: closed, with the key and what each document has. */
const zipSchema = sourcedSchema(
  [{ name: 'id', type: 'N' }],
  [{ path: ['address', 'zip'], type: { type: 'string' } }],
);

export const responseCases: readonly ResponseCase[] = [
  {
    name: 'spec',
    response: {
      kind: 'spec',
      protocol: 3032023,
      configSchema: { type: 'object' },
      resourceConfigSchema: true,
      documentationUrl: 'https://e.org',
      resourcePathPointers: ['/table'],
    },
    line:
      '{"spec":{"protocol":3032023,"configSchema":{"type":"object"},"resourceConfigSchema":true,' +
      '"documentationUrl":"https://e.org","resourcePathPointers":["/table"]}}',
    frame: frame(
      block(
        '0a',
        '08d787b901',
        block('12', text('{"type":"object"}')),
        block('1a', text('true')),
        block('22', text('https://e.org')),
        block('32', text('/table')),
      ),
    ),
    want: {
      spec: {
        protocol: 3032023,
        configSchema: { type: 'object' },
        resourceConfigSchema: true,
        documentationUrl: 'https://e.org',
        resourcePathPointers: ['/table'],
      },
    },
  },
  {
    name: 'discovered',
    response: {
      kind: 'discovered',
      bindings: [
        {
          recommendedName: 'a',
          resourceConfig: { table: 'ä' },
          documentSchema: {},
          key: ['/k', '/~1'],
          disable: true,
          resourcePath: ['ä'],
        },
      ],
    },
    line:
      '{"discovered":{"bindings":[{"recommendedName":"a","resourceConfig":{"table":"ä"},' +
      '"documentSchema":{},"key":["/k","/~1"],"disable":true,"resourcePath":["ä"]}]}}',
    frame: frame(
      block(
        '12',
        block(
          '0a',
          block('0a', text('a')),
          block('12', text('{"table":"ä"}')),
          block('1a', text('{}')),
          block('22', text('/k')),
          block('22', text('/~1')),
          '2801',
          block('32', text('ä')),
        ),
      ),
    ),
    want: {
      discovered: {
        bindings: [
          {
            recommendedName: 'a',
            resourceConfig: { table: 'ä' },
            documentSchema: {},
            key: ['/k', '/~1'],
            disable: true,
            resourcePath: ['ä'],
          },
        ],
      },
    },
  },
  {
    name: 'discovered without tables',
    response: { kind: 'discovered', bindings: [] },
    line: '{"discovered":{"bindings":[]}}',
    frame: '02000000 1200',
    want: { discovered: { bindings: [] } },
  },
  {
    name: 'validated',
    response: { kind: 'validated', bindings: [{ resourcePath: ['a'] }, { resourcePath: ['b'] }] },
    line: '{"validated":{"bindings":[{"resourcePath":["a"]},{"resourcePath":["b"]}]}}',
    frame: frame(
      block('1a', block('0a', block('0a', text('a'))), block('0a', block('0a', text('b')))),
    ),
    want: { validated: { bindings: [{ resourcePath: ['a'] }, { resourcePath: ['b'] }] } },
  },
  {
    name: 'applied',
    response: { kind: 'applied', actionDescription: '' },
    line: '{"applied":{"actionDescription":""}}',
    frame: '02000000 2200',
    want: { applied: { actionDescription: '' } },
  },
  {
    name: 'opened',
    response: { kind: 'opened', explicitAcknowledgements: true },
    line: '{"opened":{"explicitAcknowledgements":true}}',
    frame: '04000000 2a020801',
    want: { opened: { explicitAcknowledgements: true } },
  },
  {
    name: 'opened without acknowledgements',
    response: { kind: 'opened', explicitAcknowledgements: false },
    line: '{"opened":{"explicitAcknowledgements":false}}',
    frame: '02000000 2a00',
    want: { opened: { explicitAcknowledgements: false } },
  },
  {
    name: 'sourcedSchema',
    response: { kind: 'sourcedSchema', binding: 300, documentSchema: { type: 'object' } },
    line: '{"sourcedSchema":{"binding":300,"documentSchema":{"type":"object"}}}',
    frame: frame(block('42', '08ac02', block('12', text('{"type":"object"}')))),
    want: { sourcedSchema: { binding: 300, documentSchema: { type: 'object' } } },
  },
  {
    name: 'sourcedSchema of a table',
    response: { kind: 'sourcedSchema', binding: 1, documentSchema: zipSchema },
    line: `{"sourcedSchema":{"binding":1,"documentSchema":${JSON.stringify(zipSchema)}}}`,
    frame: frame(block('42', '0801', block('12', text(JSON.stringify(zipSchema))))),
    want: { sourcedSchema: { binding: 1, documentSchema: zipSchema } },
  },
  {
    name: 'checkpoint',
    response: { kind: 'checkpoint', state: { updated: { a: null }, mergePatch: true } },
    line: '{"checkpoint":{"state":{"updated":{"a":null},"mergePatch":true}}}',
    frame: frame(block('3a', block('0a', block('0a', text('{"a":null}')), '1001'))),
    want: { checkpoint: { state: { updated: { a: null }, mergePatch: true } } },
  },
];
