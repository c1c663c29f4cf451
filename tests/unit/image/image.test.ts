import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spec } from '../../../connector/session/spec.ts';
import { endpointConfig } from '../../support/connector-command.ts';
import { ConnectorProcess, logMessageOf } from '../../support/connector-process.ts';
import { serveFake } from '../../support/fake-dynamodb/http-server.ts';
import type { DecodedResponse } from '../../support/response-decoder.ts';
import { copiesOf, parseDockerfile, textsOf, type Stage } from './dockerfile.ts';

const stages = parseDockerfile(readFileSync('Dockerfile', 'utf8'));
const [buildStage = [], image = []] = stages;
const [buildFolder = ''] = textsOf(buildStage, 'WORKDIR');
const [imageFolder = ''] = textsOf(image, 'WORKDIR');
const entrypoint = JSON.parse(textsOf(image, 'ENTRYPOINT').join('')) as string[];
/** A start of the program takes a fraction of a second; a busy machine takes its time. */
const startMsMax = 30_000;

/** Where a file of a stage lies in the checkout. */
const inCheckout = (stage: string | undefined, source: string) =>
  stage === undefined ? source : path.relative(buildFolder, source);

function labelsOf(stage: Stage): Record<string, string> {
  const pairs = textsOf(stage, 'LABEL').map((text) => text.split('=', 2) as [string, string]);
  return Object.fromEntries(pairs);
}

describe('Dockerfile', () => {
  test('has a stage that builds and one that runs', () => {
    const got = stages.map(([from]) => [from?.flags.get('platform'), from?.text]);
    const base = 'node:24-bookworm-slim';
    expect(got).toEqual([
      [undefined, `${base} AS build`],
      ['linux/amd64', base],
    ]);
  });

  test('tells Flow what it is', () => {
    expect(labelsOf(image)).toMatchObject({
      FLOW_RUNTIME_PROTOCOL: 'capture',
      FLOW_RUNTIME_CODEC: 'json',
    });
  });

  test('lets its publisher set the page of the documentation before the bundle is built', () => {
    expect(textsOf(buildStage, 'ARG')).toEqual(['DOCUMENTATION_URL']);
    const [, set = '', build] = textsOf(buildStage, 'RUN');
    expect(set).toContain('npm pkg set homepage="$DOCUMENTATION_URL"');
    expect(build).toBe('npm run build');
  });

  test('has an entrypoint that is the whole command, and bounds the heap', () => {
    const got = { entrypoint, command: textsOf(image, 'CMD') };
    const want = {
      entrypoint: [
        'node',
        '--no-warnings',
        expect.stringMatching(/^--max-old-space-size=\d+$/),
        expect.stringMatching(/^--max-semi-space-size=\d+$/),
        `${imageFolder}/dist/main.js`,
      ],
      command: [],
    };
    expect(got).toEqual(want);
  });

  test('leaves room in 256 MiB for what lies outside of the heap', () => {
    const flags = entrypoint.filter((argument) => argument.startsWith('--max-'));
    const limit = 'process.stdout.write(String(v8.getHeapStatistics().heap_size_limit / 2 ** 20))';
    const { stdout } = spawnSync(process.execPath, [...flags, '-e', limit], { encoding: 'utf8' });
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).toBeLessThan(256);
  });

  test('gives the memory of pages back to the system', () => {
    expect(textsOf(image, 'ENV')).toEqual(['MALLOC_MMAP_THRESHOLD_=131072']);
  });

  test('runs as a user without rights', () => {
    expect(textsOf(image, 'USER')).toEqual(['node']);
  });

  test('copies only what exists once the program is built', () => {
    const sources = stages
      .flatMap(copiesOf)
      .flatMap(({ stage, sources: each }) => each.map((source) => inCheckout(stage, source)));
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    expect(sources).toContain('dist');
  });

  test('gets the files it copies past .dockerignore, and no others', () => {
    const lines = readFileSync('.dockerignore', 'utf8').split('\n');
    const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'));
    const copied = stages
      .flatMap(copiesOf)
      .flatMap(({ stage, sources }) => (stage === undefined ? sources : []));
    const got = { first: patterns[0], allowed: patterns.slice(1).sort() };
    expect(got).toEqual({ first: '*', allowed: copied.map((source) => `!${source}`).sort() });
  });
});

describe('the files of the image, without node_modules', () => {
  let root = '';

  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'source-dynamodb-image-'));
    for (const { stage, sources, target } of copiesOf(image)) {
      for (const source of sources) {
        const isFolder = target === './';
        const place = isFolder ? path.join(target, path.basename(source)) : target;
        cpSync(inCheckout(stage, source), path.join(root, imageFolder, place), {
          recursive: true,
        });
      }
    }
  });

  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** Runs the entrypoint until it ends by itself, or for as long as a start may take. */
  async function run(requests: object[], environment: Record<string, string> = {}) {
    const [, ...parameters] = entrypoint;
    const responses: DecodedResponse[] = [];
    const connector = new ConnectorProcess({
      command: [process.execPath, ...parameters.map(inRoot)],
      codec: 'json',
      environment,
      onResponse: (response) => responses.push(response),
    });
    for (const request of requests) connector.send(request);
    if (!requests.some((request) => 'open' in request)) connector.closeInput();
    const { code, outputError, logLines } = await connector.exitWithin(startMsMax);
    return { code, outputError, responses, lastWords: logMessageOf(logLines.at(-1)) };
  }

  const inRoot = (argument: string) =>
    argument.startsWith('/') ? path.join(root, argument) : argument;

  test(
    'answer spec',
    async () => {
      const got = await run([{ spec: {} }]);
      const { kind, ...body } = spec();
      const responses = [{ [kind]: body }];
      expect(got).toEqual({ code: 0, outputError: undefined, responses, lastWords: undefined });
    },
    startMsMax,
  );

  test(
    'capture a table from an endpoint, as they hold the whole AWS SDK',
    async () => {
      const server = await serveFake();
      try {
        const key = [{ name: 'id', type: 'S' }] as const;
        server.fake.createTable({ name: 'orders', key, stream: 'NEW_AND_OLD_IMAGES' });
        server.fake.put('orders', { id: { S: 'a' } });
        const got = await run([{ spec: {} }, openRequest(server.endpoint)], {
          SHUTDOWN_AFTER_POLLING: 'yes',
        });
        const keys = got.responses.flatMap((response) =>
          'captured' in response ? [(JSON.parse(response.captured.doc) as { id: string }).id] : [],
        );
        const { code, outputError, lastWords } = got;
        expect({ code, outputError, lastWords, keys: [...new Set(keys)] }).toEqual({
          code: 0,
          outputError: undefined,
          lastWords: 'Backfilled and caught up',
          keys: ['a'],
        });
      } finally {
        await server.close();
      }
    },
    startMsMax,
  );
});

function openRequest(endpoint: string): object {
  const binding = {
    resourceConfig: { table: 'orders' },
    resourcePath: ['orders'],
    collection: { name: 'acmeCo/orders', key: ['/id'] },
    stateKey: 'orders',
  };
  const capture = {
    name: 'acmeCo/source-dynamodb',
    connectorType: 'IMAGE',
    config: endpointConfig(endpoint),
    bindings: [binding],
  };
  const range = { keyBegin: 0, keyEnd: 2 ** 32 - 1 };
  return { open: { capture, version: '1', range, state: {} } };
}
