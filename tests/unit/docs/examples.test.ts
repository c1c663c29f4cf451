import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { statusSentence, type TableProgress } from '../../../connector/capture/progress.ts';
import type { TableRepairProgress } from '../../../connector/capture/repair-progress.ts';
import { parseEndpointConfig, parseResourceConfigs } from '../../../connector/config/config.ts';
import { documentSchema } from '../../../connector/discovery/discovery.ts';
import { enableStreamCommand } from '../../../connector/table.ts';
import { createTranscoder } from '../../../connector/transcoder/transcoder.ts';
import { tableNamed } from '../discovery/fake-aws.ts';
import { documentsOf, framing } from '../transcoder/transcoder-fixtures.ts';
import { blocksOf, pageNamed, pages, type Page } from './pages.ts';

interface Catalog {
  readonly captures?: Readonly<Record<string, Capture>>;
}

interface Capture {
  readonly endpoint: Readonly<Record<'connector' | 'local', { readonly config: Config }>>;
  readonly bindings: readonly { readonly resource: unknown; readonly target: unknown }[];
}

interface Config {
  readonly credentials?: { readonly auth_type: string };
}

const textsOf = (page: Page, language: string, kind = '') =>
  blocksOf(page)
    .filter((block) => block.language === language && block.kind === kind)
    .map(({ text }) => text);

const tokens = { aws_access_key_id: 'a', aws_secret_access_key: 'b', aws_session_token: 'c' };

/** As Flow hands it over: with the tokens of a role. */
function handedOver(config: Config): object {
  const { credentials } = config;
  if (credentials?.auth_type !== 'AWSIAM') return config;
  return { ...config, credentials: { ...credentials, ...tokens } };
}

// What Flow knows: https://docs.estuary.dev/concepts/captures/
const captureMembers = ['autoDiscover', 'bindings', 'endpoint', 'interval', 'shards'];
const bindingMembers = ['backfill', 'disable', 'resource', 'target'];
const unknownIn = (value: object, known: readonly string[]) =>
  Object.keys(value).filter((name) => !known.includes(name));

describe.each(pages.flatMap((page) => textsOf(page, 'yaml').map((text) => [page.file, text])))(
  'the YAML in %s',
  (_, text) => {
    const captures = Object.values((parse(text) as Catalog).captures ?? {});

    test('has captures that the connector takes', () => {
      for (const { endpoint, bindings } of captures) {
        const { config } = Object.values(endpoint)[0]!;
        expect(parseEndpointConfig(handedOver(config))).toMatchObject({ region: 'us-east-1' });
        const resources = parseResourceConfigs(bindings.map(({ resource }) => resource));
        expect(resources).toHaveLength(bindings.length);
      }
    });

    test('has captures with members that Flow knows', () => {
      const unknown = captures.flatMap((capture) => [
        ...unknownIn(capture, captureMembers),
        ...unknownIn(capture.endpoint, ['connector', 'local']),
        ...capture.bindings.flatMap((binding) => unknownIn(binding, bindingMembers)),
      ]);
      expect(unknown).toEqual([]);
    });
  },
);

interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Effect: string; readonly Action: string | string[] }[];
}

function policiesIn(page: Page): Policy[] {
  return textsOf(page, 'json')
    .filter((text) => text.includes('"Statement"'))
    .map((text) => JSON.parse(text) as Policy);
}

describe('the policies', () => {
  test('are policies that allow', () => {
    const policies = pages.flatMap(policiesIn);
    expect(new Set(policies.map(({ Version }) => Version))).toEqual(new Set(['2012-10-17']));
    const effects = policies.flatMap(({ Statement }) => Statement.map(({ Effect }) => Effect));
    expect(new Set(effects)).toEqual(new Set(['Allow']));
  });

  test('of README.md allows what the connector calls, and nothing else', () => {
    const [policy] = policiesIn(pageNamed('README'));
    const got = new Set(policy?.Statement.flatMap(({ Action }) => Action));
    const repairs = repairActions();
    expect([...got].sort()).toEqual(calledActions().filter((action) => !repairs.includes(action)));
  });

  test('of operations.md allows what a repair calls besides', () => {
    const called = calledActions();
    const got = repairActions().filter((action) => action.startsWith('dynamodb:'));
    expect(got).toEqual(got.filter((action) => called.includes(action)));
    expect(got).toHaveLength(4);
  });
});

function repairActions(): string[] {
  const [policy] = policiesIn(pageNamed('operations'));
  return policy?.Statement.flatMap(({ Action }) => Action) ?? [];
}

/** The actions of every call in the sources: commands of the SDK, and targets of our own requests. */
function calledActions(): string[] {
  const folder = 'connector/aws';
  const sources = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
  const calls = sources.join('\n').matchAll(/new (\w+)Command\(|'DynamoDB\w*_20120810\.(\w+)'/g);
  const names = [...calls].map(([, command, target]) => `dynamodb:${command ?? target ?? ''}`);
  return [...new Set(names)].sort();
}

describe('documents.md', () => {
  const page = pageNamed('documents');
  const table = tableNamed('orders', {
    key: [
      { name: 'customer', type: 'S' },
      { name: 'number', type: 'N' },
    ],
  });
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isDocument = ajv.compile(documentSchema(table, { historyMode: false }));

  test('has documents that satisfy the published schema', () => {
    const [text = ''] = textsOf(page, 'json', 'documents');
    const documents = text.split(/\n(?=\{)/).map((part) => JSON.parse(part) as { _meta: object });
    expect(documents.map(({ _meta }) => _meta)).toEqual([
      expect.objectContaining({ op: 'c', snapshot: true }),
      expect.objectContaining({ op: 'd', snapshot: false }),
    ]);
    for (const document of documents)
      expect([isDocument(document), isDocument.errors]).toEqual([true, null]);
  });

  test('has an item and the document that it becomes', () => {
    const [item = ''] = textsOf(page, 'json', 'dynamodb');
    const [document = ''] = textsOf(page, 'json', 'document');
    const want = JSON.parse(document) as { _meta: { epoch: string; scannedAt: string } };
    const { epoch, scannedAt } = want._meta;
    const transcoder = createTranscoder({ key: table.key, framing });
    const frames = transcoder.items(Buffer.from(`{"Items":[${item}]}`), { epoch, scannedAt });
    const [got = ''] = documentsOf(frames);
    expect(JSON.parse(got)).toEqual(want);
    expect(isDocument(want)).toBe(true);
  });
});

describe('operations.md', () => {
  const base: TableProgress = {
    tableName: 'orders',
    phase: 'backfilling',
    items: 2_500_000,
    itemsExpected: 10_000_000,
    segmentsFinished: 0,
    segmentCount: 100,
    units: 81_000,
    documents: 0,
    changes: 0,
    lagMs: 0,
    shards: 4,
  };
  const streaming: TableProgress = { ...base, phase: 'streaming' };
  const lagging = (table: TableProgress, seconds: number) => ({ ...table, lagMs: seconds * 1000 });

  const repair: TableRepairProgress = {
    phase: 'exporting',
    windowsLeft: 4,
    windowsAsked: 4,
    opensInMs: undefined,
    keysRead: 0,
    keysInWindow: 12_000,
    keysReadInWindow: 0,
  };
  const repairing: TableProgress = { ...streaming, repair };
  const reading: TableProgress = {
    ...streaming,
    tableName: 'users',
    repair: { ...repair, phase: 'reading', windowsLeft: 3 },
  };

  test('has status messages as they are', () => {
    const statusOf = (tables: readonly TableProgress[], items: number, keys = 0) =>
      statusSentence(tables, { items, keys });
    const [text = ''] = textsOf(pageNamed('operations'), 'text');
    expect(text.trim().split('\n').slice(1)).toEqual([
      statusOf([{ ...base, phase: 'starting' }], 0),
      statusOf([lagging({ ...base, phase: 'waiting-for-stream' }, 1800)], 0),
      statusOf([base], 8333),
      statusOf([lagging(base, 20), streaming, streaming], 0),
      statusOf([streaming, streaming, streaming], 0),
      statusOf([streaming, lagging(streaming, 180), streaming], 0),
      statusOf([repairing], 0),
      statusOf([base, reading], 0, 100),
    ]);
  });
});

test.each([['README'], ['errors']])('%s.md turns on a stream as the connector says it', (name) => {
  const text = pageNamed(name).text.replace(/ \\\n +/g, ' ');
  expect(text).toContain(enableStreamCommand('orders'));
});
