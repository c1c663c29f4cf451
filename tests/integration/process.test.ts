/** What happens to the built program from outside: signals before it is up, and a log that nobody reads. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { endpointConfig } from '../support/connector-command.ts';
import { serveFake, type FakeServer } from '../support/fake-dynamodb/http-server.ts';

const timeoutMs = 30_000;
let server: FakeServer;
beforeAll(async () => {
  server = await serveFake({});
  const key = [{ name: 'id', type: 'S' as const }];
  server.fake.createTable({ name: 'orders', key, stream: 'NEW_AND_OLD_IMAGES' });
  server.fake.createTable({ name: 'silent', key });
});
afterAll(() => server.close());

const run = () => spawn(process.execPath, ['dist/main.js'], { stdio: ['pipe', 'pipe', 'pipe'] });

test(
  'a log that nobody reads any more does not end a session',
  async () => {
    const child = run();
    child.stderr.destroy();
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    const answers = () =>
      output.split('\n').flatMap((line) => Object.keys(line && (JSON.parse(line) as object)));
    // Warns of the table without a stream.
    const config = endpointConfig(server.endpoint);
    child.stdin.write(`${JSON.stringify({ discover: { connectorType: 'IMAGE', config } })}\n`);
    while (answers().length < 1) await once(child.stdout, 'data');
    child.stdin.write(`${JSON.stringify({ discover: { connectorType: 'IMAGE', config } })}\n`);
    while (answers().length < 2) await once(child.stdout, 'data');
    child.stdin.end();
    expect([await once(child, 'exit'), answers()]).toEqual([
      [0, null],
      ['discovered', 'discovered'],
    ]);
  },
  timeoutMs,
);

test(
  'a stop is heard from the first line on',
  async () => {
    const codes = new Set<unknown>();
    // The program says nothing before it is up: its handlers must be there before anything is loaded.
    const [, ...imports] = readFileSync('connector/main.ts', 'utf8').split(/^import /m);
    expect(imports.map((text) => /'(.*?)'/.exec(text)?.[1])).toEqual([
      './silence.ts',
      './stop-signal.ts',
      'node:v8',
    ]);
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT'] as const) {
      const child = run();
      child.stdin.write('{"spec":{}}\n');
      await once(child.stdout, 'data');
      child.kill(signal);
      codes.add((await once(child, 'exit'))[0]);
    }
    expect([...codes]).toEqual([0]);
  },
  timeoutMs,
);
