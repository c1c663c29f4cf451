import { describe, expect, test } from '@jest/globals';
import {
  hasCollection,
  readCollection,
  readFlowCapture,
} from '../../../../connector/cli/catalog/flow-file.ts';
import type { ConnectorError } from '../../../../connector/errors.ts';
import { memoryFiles } from '../memory-files.ts';

const shop = `# The shop.
collections:
  acmeCo/shop/orders:
    schema: schemas/orders.schema.yaml
    key: [/customer, /placedAt]
  acmeCo/shop/users:
    writeSchema: { type: object }
    readSchema: { $ref: flow://inferred-schema }
    key: [/id]

captures:
  acmeCo/shop/source-dynamodb:
    endpoint:
      local:
        command: [node, dist/main.js]
        config: { region: us-east-1 }
    bindings:
      - resource: { table: orders, rcuAllocation: 10 }
        target: acmeCo/shop/orders
        backfill: 2
      - { resource: { table: users }, target: acmeCo/shop/users, disable: true }
  acmeCo/shop/source-postgres:
    endpoint: { connector: { image: ghcr.io/estuary/source-postgres:v1, config: {} } }
    bindings: []
`;
const read = (texts: Record<string, string>, capture?: string) =>
  readFlowCapture(memoryFiles(texts), { source: 'flow.yaml', capture });

/** What a failure says: its message, and its hint. */
async function refusal(promise: Promise<unknown>): Promise<[string, string | undefined]> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown as ConnectorError,
  );
  expect(error?.code).toBe('flow-file-invalid');
  return [error!.message, error!.hint];
}

describe('readFlowCapture()', () => {
  test('gives what Flow would hand over, with places', async () => {
    const { name, config, bindings } = await read({ 'flow.yaml': shop });
    expect([name, config, bindings]).toEqual([
      'acmeCo/shop/source-dynamodb',
      { region: 'us-east-1' },
      [
        {
          index: 0,
          resource: { table: 'orders', rcuAllocation: 10 },
          target: 'acmeCo/shop/orders',
          isDisabled: false,
          backfill: 2,
          place: 'flow.yaml:18',
        },
        {
          index: 1,
          resource: { table: 'users' },
          target: 'acmeCo/shop/users',
          isDisabled: true,
          backfill: 0,
          place: 'flow.yaml:21',
        },
      ],
    ]);
  });

  test('reads a configuration from the file that stands for it, and imports', async () => {
    const { config, name } = await read({
      'flow.yaml': 'import: [shop/flow.yaml]\n',
      'shop/flow.yaml': shop.replace('config: { region: us-east-1 }', 'config: aws.config.yaml'),
      'shop/aws.config.yaml': 'region: eu-west-1\n',
    });
    expect([name, config]).toEqual(['acmeCo/shop/source-dynamodb', { region: 'eu-west-1' }]);
  });

  test('takes an image by its name, and any capture that is named', async () => {
    const image = shop.replace('source-postgres:v1', 'source-dynamodb:v1').replace('local:', 'x:');
    expect((await read({ 'flow.yaml': image })).name).toBe('acmeCo/shop/source-postgres');
    const { bindings } = await read({ 'flow.yaml': shop }, 'acmeCo/shop/source-postgres');
    expect(bindings).toEqual([]);
  });

  test.each<[string, string | undefined, string | undefined, string, string | undefined]>([
    [
      'no file',
      undefined,
      undefined,
      'There is no file "flow.yaml" here',
      'Name it by --source, or make one: source-dynamodb discover --region us-east-1 --write',
    ],
    [
      'a mistake in its YAML',
      'captures:\n  a: b\n c: d\n',
      undefined,
      'flow.yaml:3:1: All mapping items must start at the same column\n  2 |   a: b\n  3 |  c: d\n    | ^',
      undefined,
    ],
    [
      'an alias of nothing',
      'captures:\n  a/b: { endpoint: { local: { config: *config } } }\n',
      undefined,
      'flow.yaml:2:39: Unresolved alias (the anchor must be set before the alias): config\n  1 | captures:\n  2 |   a/b: { endpoint: { local: { config: *config } } }\n    |                                       ^',
      undefined,
    ],
    [
      'a capture that is not there',
      shop,
      'acmeCo/shop/source-dynamo',
      'There is no capture "acmeCo/shop/source-dynamo" in flow.yaml',
      'Did you mean "acmeCo/shop/source-dynamodb"?',
    ],
    [
      'several captures that may be meant',
      shop.replace('source-postgres:v1', 'source-dynamodb:v1'),
      undefined,
      'There are 2 captures in flow.yaml, and any may be meant',
      'Name one by --capture: "acmeCo/shop/source-dynamodb", "acmeCo/shop/source-postgres"',
    ],
    [
      'none of ours',
      shop.replace('local:', 'x:'),
      undefined,
      'There is no capture by source-dynamodb in flow.yaml',
      'If one of these is meant, name it by --capture: "acmeCo/shop/source-dynamodb", "acmeCo/shop/source-postgres"',
    ],
    [
      'an empty file',
      '',
      undefined,
      'There is no capture by source-dynamodb in flow.yaml',
      'Add one under "captures:", or use another file by --source.',
    ],
    [
      'a binding without a target',
      'captures:\n  a/b:\n    endpoint: { local: { config: {} } }\n    bindings:\n      - resource: { table: t }\n',
      undefined,
      'flow.yaml:5:9: bindings[0] of "a/b" has no target\n  4 |     bindings:\n  5 |       - resource: { table: t }\n    |         ^',
      undefined,
    ],
    [
      'an encrypted configuration',
      'captures:\n  a/b: { endpoint: { local: { config: { sops: {} } } } }\n',
      undefined,
      'flow.yaml:2:39: The configuration of capture "a/b" is encrypted by sops, and cannot be read here\n  1 | captures:\n  2 |   a/b: { endpoint: { local: { config: { sops: {} } } } }\n    |                                       ^',
      'Decrypt it into a file of your own (sops --decrypt), and use a flow.yaml that names that file.',
    ],
    [
      'no configuration',
      'captures:\n  a/b: { endpoint: { local: {} } }\n',
      undefined,
      'flow.yaml:2:20: Capture "a/b" has no configuration at endpoint.local.config\n  1 | captures:\n  2 |   a/b: { endpoint: { local: {} } }\n    |                    ^',
      'It needs at least "region".',
    ],
    [
      'an address',
      'captures:\n  a/b: { endpoint: { local: { config: https://x.test/c.yaml } } }\n',
      undefined,
      'flow.yaml:2:39: "https://x.test/c.yaml" is an address; only files are read here\n  1 | captures:\n  2 |   a/b: { endpoint: { local: { config: https://x.test/c.yaml } } }\n    |                                       ^',
      'Download it, and name the file instead.',
    ],
  ])('tells of %s', async (_, text, capture, message, hint) => {
    const texts: Record<string, string> = text === undefined ? {} : { 'flow.yaml': text };
    expect(await refusal(read(texts, capture))).toEqual([message, hint]);
  });
});

describe('readCollection()', () => {
  const collectionOf = async (texts: Record<string, string>, index: number) => {
    const files = memoryFiles(texts);
    const capture = await readFlowCapture(files, { source: 'flow.yaml', capture: undefined });
    return readCollection(files, capture, capture.bindings[index]!);
  };

  test('reads a schema from its file, and one written in place', async () => {
    const texts = { 'flow.yaml': shop, 'schemas/orders.schema.yaml': 'type: object\n' };
    expect([await collectionOf(texts, 0), await collectionOf(texts, 1)]).toEqual([
      {
        name: 'acmeCo/shop/orders',
        key: ['/customer', '/placedAt'],
        writeSchema: { type: 'object' },
        readSchema: { type: 'object' },
      },
      {
        name: 'acmeCo/shop/users',
        key: ['/id'],
        writeSchema: { type: 'object' },
        readSchema: { $ref: 'flow://inferred-schema' },
      },
    ]);
  });

  test('knows which collections are not there', async () => {
    const text = shop.replace('acmeCo/shop/users:', 'acmeCo/shop/usr:');
    const capture = await read({ 'flow.yaml': text });
    expect(capture.bindings.map((binding) => hasCollection(capture, binding))).toEqual([
      true,
      false,
    ]);
  });

  test('tells of a schema file that is not there', async () => {
    const [message] = await refusal(collectionOf({ 'flow.yaml': shop }, 0));
    expect(message.split('\n')[0]).toBe(
      'flow.yaml:4:13: There is no file "schemas/orders.schema.yaml"',
    );
  });
});
