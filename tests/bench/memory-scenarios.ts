/** What memory is held where the reader of the output stands still: many tables, the largest items. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { CodecName } from '../support/connector-process.ts';
import { openRequest, send, startConnector, stop } from './capture-run.ts';
import type { Drained, DrainQuestion } from './drain.ts';
import { peakMemoryMib } from './process-tree.ts';
import { RoleProcess } from './role-process.ts';
import type { BenchOptions, Result, Scenario } from './scenarios.ts';
import type { ShapeName } from './shapes.ts';
import { type ServerSettings, tableNameOf } from './static-server.ts';

/** Before and after the reader stands still. */
const readingMs = 10_000;
/** Of each table, with records without end. */
const shardCount = 2;
/** Pages that no connector will come to the end of. */
const endless = 1_000_000;

export const memoryScenarios: readonly Scenario[] = [
  standStill('1-table-400-byte', 1, '400-byte'),
  standStill('50-tables-400-byte', 50, '400-byte'),
  standStill('50-tables-tiny', 50, 'tiny'),
  standStill('50-tables-400-kb', 50, '400-kb'),
  standStill('50-tables-400-kb-escaped', 50, '400-kb-escaped'),
];

/** The most memory while tables are scanned and their streams read, and nobody reads the output for a while. */
function standStill(name: string, tableCount: number, shape: ShapeName): Scenario {
  const settings = { tableCount, shape, shardCount, records: shape, pagesPerSegment: endless };
  return {
    name,
    async run(options) {
      const server = new RoleProcess<'port' | 'served', unknown>(
        'server',
        settings satisfies ServerSettings,
      );
      try {
        const endpoint = `http://127.0.0.1:${Number(await server.ask('port'))}`;
        return { name, ...(await memoryOf(endpoint, tableCount, options)) };
      } finally {
        server.stop();
      }
    },
  };
}

async function memoryOf(
  endpoint: string,
  tableCount: number,
  options: BenchOptions & { readonly codec: CodecName },
): Promise<Omit<Result, 'name'>> {
  const { connector, drain, ended } = await startConnector<DrainQuestion, Drained>({
    ...options,
    certificate: undefined,
    drain: 'drain',
    hasProbe: false,
  });
  const watch = async () => {
    const names = Array.from({ length: tableCount }, (_, index) => tableNameOf(index));
    send(connector, options.codec, { open: openRequest(endpoint, names) });
    const peak = () => peakMemoryMib(connector.pid ?? 0);
    await drain.ask('first-document');
    await sleep(readingMs);
    const readingMib = peak();
    await drain.ask('stop');
    await sleep(options.seconds * 1000);
    const stoodStillMib = peak();
    const { documents } = await drain.ask('go-on');
    await sleep(readingMs);
    const drained = await drain.ask('now');
    if (drained.documents === documents) throw new Error('Nothing came after the pause');
    return { readingMib, stoodStillMib, peakMemoryMib: peak() };
  };
  try {
    const result = await Promise.race([watch(), ended]);
    await stop(connector);
    return result;
  } finally {
    connector.kill('SIGKILL');
    drain.stop();
  }
}
