import { expect } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { runCommandLine } from '../../../../connector/cli/cli.ts';
import type { CommandHost } from '../../../../connector/host.ts';
import '../../../simulation/loaded.ts';
import '../../../../connector/session/published.ts';
import { endpointConfig } from '../../../simulation/open-request.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeDynamoDb } from '../../../support/fake-dynamodb/fake-dynamodb.ts';
import { FakeTerminal } from '../../../support/fake-terminal.ts';
import { temporaryFiles } from '../temporary-files.ts';

/** A folder with a flow.yaml, a table of some items, and commands that run there. */
export function newProject({
  hasBindings = true,
  schema,
}: { hasBindings?: boolean; schema?: object | string } = {}) {
  const clock = new FakeClock(Date.UTC(2026, 7, 21, 10));
  const dynamoDb = new FakeDynamoDb({ clock });
  const key = [{ name: 'id', type: 'S' }] as const;
  dynamoDb.createTable({ name: 'orders', key });
  for (const id of ['a', 'b', 'c', 'd', 'e']) dynamoDb.put('orders', { id: { S: id } });
  // Begun after them: only a scan can tell of them.
  dynamoDb.enableStream('orders');
  const temporary = temporaryFiles();
  const bindings = hasBindings
    ? [{ resource: { table: 'orders' }, target: 'acmeCo/orders' }]
    : [{ resource: { table: 'orders' }, target: 'acmeCo/orders', disable: true }];
  const config = endpointConfig({ backfillSegments: 1 });
  const captures = { 'acmeCo/try': { endpoint: { local: { command: [], config } }, bindings } };
  const collections =
    schema === undefined ? {} : { collections: { 'acmeCo/orders': { schema, key: ['/id'] } } };
  // JSON is YAML.
  writeFileSync(temporary.pathOf('flow.yaml'), JSON.stringify({ captures, ...collections }));

  const run = async (...options: string[]) => {
    const stderr = new FakeTerminal({ isTerminal: false });
    let stdout = '';
    const screen = { isTerminal: false, columns: undefined, rows: undefined };
    const { files, pathOf } = temporary;
    const host: CommandHost = {
      input: (async function* () {
        // A command reads nothing.
      })(),
      output: {
        write: (pieces) => {
          stdout += Buffer.concat(pieces).toString();
          return Promise.resolve();
        },
      },
      logLine: () => undefined,
      clock,
      random: () => 0.5,
      environment: {},
      http: dynamoDb.transport(),
      stop: new AbortController().signal,
      files: {
        read: (file) => files.read(pathOf(file)),
        replace: (file, text, options) => files.replace(pathOf(file), text, options),
        openSink: (file, keptBytes) => files.openSink(pathOf(file), keptBytes),
        facts: (file) => files.facts(pathOf(file)),
        lock: (file) => files.lock(pathOf(file)),
      },
      screens: {
        stdout: {
          ...screen,
          write: (text) => {
            stdout += text;
          },
        },
        stderr: {
          ...screen,
          write: (text) => {
            stderr.write(text);
          },
        },
      },
      isInputTerminal: false,
      program: 'source-dynamodb',
      system: 'Node v24.1.0, linux x64',
    };
    const exitCode = await clock.run(runCommandLine(['pull', ...options], host));
    const documents = stdout.split('\n').filter((line) => line.startsWith('['));
    return { exitCode, ids: documents.map(idOf), stdout, stderr: stderr.written };
  };
  return { dynamoDb, run, ...temporary };
}

function idOf(line: string): string {
  const [collection, { id }] = JSON.parse(line) as [string, { id: string }];
  // Without a flow.yaml collections are called as their tables.
  expect(['acmeCo/orders', 'orders', 'users']).toContain(collection);
  return id;
}

export const caughtUp = ['--until', 'caught-up'];
