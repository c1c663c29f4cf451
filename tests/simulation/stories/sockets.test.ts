/** How the connector treats connections: the one story that needs real ones. */

import { expect, jest, test } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createHttpTransport } from '../../../connector/process-host/http-transport.ts';
import { realClock, serveFake } from '../../support/fake-dynamodb/http-server.ts';
import { encodeRequest } from '../../support/request-encoder.ts';
import '../loaded.ts';
import { openRequest } from '../open-request.ts';
import { SimulatedProcess } from '../simulated-process.ts';

jest.setTimeout(300_000);

test('story 35: a thousand requests share a few connections', async () => {
  const server = await serveFake();
  const { fake, endpoint } = server;
  fake.createTable({
    name: 'orders',
    key: [{ name: 'pk', type: 'S' }],
    stream: 'NEW_AND_OLD_IMAGES',
  });
  for (let key = 0; key < 1000; key += 1) fake.put('orders', { pk: { S: `k${key}` } });
  let sockets = 0;
  const onSocket = () => (sockets += 1);
  subscribe('net.client.socket', onSocket);
  const advanced = { endpoint, scanLimit: 1, idleBackoffMax: '200ms' };
  const open = openRequest({ tables: ['orders'], advanced, state: {} });
  let output = '';
  const process = new SimulatedProcess(
    {
      clock: realClock,
      transport: createHttpTransport(),
      random: Math.random,
      killAfterBytes: Infinity,
      output: (bytes) => {
        output = Buffer.from(bytes).toString();
        if (output.includes('backfillFinishedAt')) process.stop();
        return Promise.resolve();
      },
    },
    [encodeRequest('json', { open })],
  );
  const end = await process.ended;
  unsubscribe('net.client.socket', onSocket);
  await server.close();
  expect(end).toEqual({ kind: 'exited' });
  const calls = [...fake.stats.calls.values()].reduce((sum, count) => sum + count, 0);
  expect(calls).toBeGreaterThan(1000);
  // As many as requests were in flight at once: those of the scan, and of the stream.
  expect(sockets).toBeGreaterThan(0);
  expect(sockets).toBeLessThan(24);
});
