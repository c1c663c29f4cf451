/** A gap that one data file of a hundred megabytes heals, in the built program: its memory stays what it is. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectorCommand, endpointConfig } from '../support/connector-command.ts';
import { ConnectorProcess } from '../support/connector-process.ts';
import { serveFake, type FakeServer } from '../support/fake-dynamodb/http-server.ts';
import { loadItems } from '../support/fake-dynamodb/load.ts';

const timeoutMs = 180_000;
const hourMs = 3_600_000;
const itemCount = 600;
/** A line has the item as it was and as it is. */
const itemBytes = 100_000;
/** What every capture keeps to. */
const memoryMibMax = 256;

let server: FakeServer;
beforeAll(async () => {
  server = await serveFake({ exportDelayMs: [100, 100] });
});
afterAll(() => server.close());

/** A table that changed from end to end while nobody read its stream; and the state from before. */
function changedTable(): object {
  const { fake } = server;
  const key = [{ name: 'id', type: 'S' as const }];
  fake.createTable({ name: 'orders', key, stream: 'NEW_AND_OLD_IMAGES', recoveryDays: 35 });
  fake.s3.create('exports');
  const load = { table: 'orders', count: itemCount, bytes: itemBytes, from: 0 };
  loadItems(fake, load);
  fake.advance(4 * hourMs);
  const readAt = new Date(fake.now()).toISOString();
  fake.advance(hourMs);
  loadItems(fake, { ...load, bytes: itemBytes + 100 }); // The same again would be no change.
  fake.advance(40 * hourMs);
  return {
    ...{ streamArn: fake.streamArn('orders'), epoch: readAt, totalBackfillSegments: 1 },
    ...{ backfillFinishedAt: readAt, streamReadAt: readAt, shards: {} },
  };
}

function openOf(state: object): object {
  const advanced = { onDataLoss: 'repair', exportBucket: 'exports' };
  const collection = { name: 'test/orders', key: ['/id'], writeSchema: {} };
  const binding = { resourceConfig: { table: 'orders' }, resourcePath: ['orders'], collection };
  return {
    open: {
      capture: {
        name: 'test/capture',
        config: endpointConfig(server.endpoint, advanced),
        bindings: [{ ...binding, stateKey: 'orders' }],
      },
      version: '1',
      range: { keyEnd: 0xffffffff, rClockEnd: 0xffffffff },
      state: { bindingStateV1: { orders: state } },
    },
  };
}

test(
  'a data file of a hundred megabytes fits into the memory of any capture',
  async () => {
    const state = changedTable();
    let documents = 0;
    const healed = new Promise<string>((resolve) => {
      const connector = new ConnectorProcess({
        command: connectorCommand(),
        codec: 'json',
        onResponse: (response) => {
          if ('captured' in response) documents += 1;
        },
        onLogLine: (line) => {
          if (line.includes('"A gap in the stream was repaired"')) connector.kill('SIGTERM');
        },
      });
      void connector.exited.then(({ code, peakMemoryMib, logLines }) => {
        resolve(code === 0 ? `${peakMemoryMib}` : logLines.join('\n'));
      });
      connector.send(openOf(state));
    });
    const peakMib = Number(await healed);
    expect(documents).toBeGreaterThanOrEqual(itemCount);
    expect(peakMib).toBeLessThan(memoryMibMax);
  },
  timeoutMs,
);
