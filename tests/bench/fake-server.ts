/** The fake DynamoDB as a process of its own: many shards, a steady stream of writes, and pages without end to scan. */

import { setInterval } from 'node:timers';
import { serveFake, type FakeServer } from '../support/fake-dynamodb/http-server.ts';
import { writeMark } from './latency-drain.ts';
import { ScanPages } from './prepared-pages.ts';
import type { ShapeName } from './shapes.ts';
import { sendPage } from './static-server.ts';

const key = [
  { name: 'pk', type: 'S' },
  { name: 'sk', type: 'N' },
] as const;
/** Writes come this often, as many as are due. */
const writeIntervalMs = 5;

export interface FakeServerSettings {
  readonly tables: readonly FakeTable[];
  /** What every scan of a table beyond these finds, without end; absent for none. */
  readonly endlessScan?: ShapeName;
}

export interface FakeTable {
  readonly name: string;
  readonly shardCount: number;
  /** How often all its shards have rolled over before: so many times as many are listed, closed. */
  readonly rollOvers?: number;
}

export type FakeQuestion =
  | { readonly kind: 'port' }
  | { readonly kind: 'stats' }
  /** Writes items, each once, until told otherwise; 0 ends that. */
  | {
      readonly kind: 'write';
      readonly table: string;
      readonly perSecond: number;
      /** All to one shard. */
      readonly isNarrow?: boolean;
    }
  /** All open shards get a child. */
  | { readonly kind: 'roll-over'; readonly table: string };

export interface FakeStats {
  readonly port: number;
  /** By operation. */
  readonly calls: Readonly<Record<string, number>>;
  readonly readShardCount: number;
  readonly written: number;
}

/** The role: answers every question with what it has seen so far. */
export function fakeRole(settings: FakeServerSettings) {
  let server: FakeServer | undefined;
  let written = 0;
  let timer: NodeJS.Timeout | undefined;
  const write = (table: string, perSecond: number, isNarrow: boolean) => {
    clearInterval(timer);
    let due = 0;
    let atMs = performance.now();
    if (perSecond === 0) return;
    timer = setInterval(() => {
      const nowMs = performance.now();
      due += ((nowMs - atMs) / 1000) * perSecond;
      atMs = nowMs;
      for (; due >= 1; due -= 1) {
        written += 1;
        const sk = { N: String(written) };
        const writtenAt = { S: writeMark(written) };
        server?.fake.put(table, {
          pk: { S: isNarrow ? 'live' : `live-${written}` },
          sk,
          writtenAt,
        });
      }
    }, writeIntervalMs);
  };
  return async (question: FakeQuestion): Promise<FakeStats> => {
    server ??= await serve(settings);
    if (question.kind === 'write') {
      write(question.table, question.perSecond, question.isNarrow === true);
    }
    if (question.kind === 'roll-over') server.fake.rollOver(question.table);
    const { calls, readShardCount } = server.fake.stats;
    return { port: server.port, calls: Object.fromEntries(calls), readShardCount, written };
  };
}

async function serve({ tables, endlessScan }: FakeServerSettings): Promise<FakeServer> {
  const pages = endlessScan === undefined ? undefined : new ScanPages(endlessScan);
  const scanned = { pages: 0, bytes: 0, elements: 0 };
  const server = await serveFake({
    visibilityMs: [0, 0],
    rollOverMs: [Infinity, Infinity],
    answerFirst: (target, body, response) => {
      if (pages === undefined || !target.endsWith('.Scan')) return false;
      const { Segment = 0 } = JSON.parse(body) as { Segment?: number };
      sendPage(response, pages.page(`${Segment}/${scanned.pages}`), scanned);
      return true;
    },
  });
  for (const { name, shardCount, rollOvers = 0 } of tables) {
    server.fake.createTable({
      name,
      key,
      stream: 'NEW_AND_OLD_IMAGES',
      partitionCount: shardCount,
    });
    for (let rollOver = 0; rollOver < rollOvers; rollOver += 1) server.fake.rollOver(name);
  }
  return server;
}
