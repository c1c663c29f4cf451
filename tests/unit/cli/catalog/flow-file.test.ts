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

  test('takes what is too deep for a mistake', async () => {
    const text = `captures: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`;
    const reading = readFlowCapture(memoryFiles({ 'flow.yaml': text }), {
      source: 'flow.yaml',
      capture: undefined,
    });
    await expect(reading).rejects.toThrow('flow.yaml: Something in it is too many levels deep');
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
      'Name it with --source, or create one: source-dynamodb discover --region us-east-1 --write',
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
      'flow.yaml:2:39: There is no anchor "&config" before this\n  1 | captures:\n  2 |   a/b: { endpoint: { local: { config: *config } } }\n    |                                       ^',
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
      'There are 2 captures in flow.yaml, and it is not clear which one you mean',
      'Name one with --capture: "acmeCo/shop/source-dynamodb", "acmeCo/shop/source-postgres"',
    ],
    [
      'none of ours',
      shop.replace('local:', 'x:'),
      undefined,
      'There is no capture by source-dynamodb in flow.yaml',
      'If you mean one of these, name it with --capture: "acmeCo/shop/source-dynamodb", "acmeCo/shop/source-postgres"',
    ],
    [
      'an empty file',
      '',
      undefined,
      'There is no capture by source-dynamodb in flow.yaml',
      'Add one under "captures:", or use another file with --source.',
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

describe('what Flow reads too', () => {
  const bound = (text: string, files: Record<string, string> = {}) =>
    read({ 'flow.yaml': text, ...files });

  test('merge keys and aliases, in every place', async () => {
    const text = `
x-endpoint: &endpoint
  local: &local { command: [x], config: { region: us-east-1 } }
x-binding: &binding { disable: true, backfill: 7 }
x-capture: &capture
  <<: { endpoint: { <<: { local: *local } } }
x-captures: &captures
  a/b:
    <<: *capture
    bindings:
      - { <<: *binding, resource: { <<: { table: orders, rcuAllocation: 1 }, rcuAllocation: 5 }, target: a/orders }
      - { <<: [{ backfill: 2 }, *binding], resource: { table: users }, target: a/users }
x-collection: &collection { schema: { type: object } }
captures: { <<: *captures }
collections:
  a/orders: { <<: *collection, key: [/id] }
`;
    const capture = await bound(text);
    expect([capture.name, capture.config]).toEqual(['a/b', { region: 'us-east-1' }]);
    expect(
      capture.bindings.map(({ resource, backfill, isDisabled }) => [
        resource,
        backfill,
        isDisabled,
      ]),
    ).toEqual([
      [{ table: 'orders', rcuAllocation: 5 }, 7, true],
      [{ table: 'users' }, 2, true],
    ]);
    const { key, writeSchema } = await readCollection(
      memoryFiles({}),
      capture,
      capture.bindings[0]!,
    );
    expect([key, writeSchema]).toEqual([['/id'], { type: 'object' }]);
  });

  test('a resource in a file of its own', async () => {
    const text = shop.replace('{ table: orders, rcuAllocation: 10 }', 'resources/orders.yaml');
    const { bindings } = await bound(text, { 'resources/orders.yaml': 'table: orders\n' });
    expect(bindings[0]?.resource).toEqual({ table: 'orders' });
  });
});

describe('a file that is named by another', () => {
  const secret = 'root:x:0:0: [hunter2\n';
  const catalog = 'import: [other]\n' + shop;
  test.each<[string, string, string]>([
    ['no YAML', secret, 'flow.yaml:1:10: Cannot import "other": other:2:1: This is not valid YAML'],
    ['a text', 'hunter2\n', 'flow.yaml:1:10: Cannot import "other": it is not a Flow catalog'],
    ['a list', '- hunter2\n', 'flow.yaml:1:10: Cannot import "other": it is not a Flow catalog'],
    [
      'a mapping',
      'password: hunter2\n',
      'flow.yaml:1:10: Cannot import "other": it is not a Flow catalog',
    ],
  ])('is not quoted where it is %s', async (_, other, want) => {
    const [message] = await refusal(read({ 'flow.yaml': catalog, other }));
    expect(message.split('\n')[0]).toBe(want);
    expect(message).not.toContain('hunter2');
  });

  test('is not quoted where it is a configuration', async () => {
    const text = shop.replace('{ region: us-east-1 }', 'secrets.yaml');
    const broken = 'region: us-east-1\naws_secret_access_key: "hunter2\n';
    const [message] = await refusal(read({ 'flow.yaml': text, 'secrets.yaml': broken }));
    expect(message).toMatch(/^secrets\.yaml:\d+:\d+: This is not valid YAML$/);
  });
});
