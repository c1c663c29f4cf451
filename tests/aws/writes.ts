/** What is written to the table, and when: around the edges of a window, inside it, and around a full export's time. */

import {
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pace } from './pace.ts';
import { remembered, type Stage } from './stage.ts';

/** AWS's shortest. */
const windowSeconds = 15 * 60;
/** Further windows begin so many seconds before the first one, one each second. */
export const furtherWindows = 39;
const tickMs = 100;
/** Before and behind a moment. */
const edgeMs = 3000;
export const shortLivedCount = 5;
export const counterCount = 5;
/** Before and behind the time of the full export. */
const countSeconds = 75;

/** A moment at which a counter had reached a number, by this machine's clock. */
export interface Count {
  readonly counter: string;
  readonly n: number;
  readonly sentMs: number;
  readonly answeredMs: number;
}

export interface Writes {
  /** The window. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Of the full export. */
  readonly atSeconds: number;
  readonly counts: readonly Count[];
  readonly tickCount: number;
}

export async function makeWrites(stage: Stage, pace: Pace): Promise<Writes> {
  const writer = new Writer(stage);
  const { earliestMs = 0 } = await pace.until('what recovery remembers', async () => {
    const found = await remembered(stage);
    return found.earliestMs === undefined ? undefined : found;
  });
  // Every further window must begin after recovery did.
  const soonestMs = Math.max(pace.now(), earliestMs) + (furtherWindows + 30) * 1000;
  const fromSeconds = Math.ceil(soonestMs / 1000);
  const toSeconds = fromSeconds + windowSeconds;
  const atSeconds = fromSeconds + 120;
  for (const id of ['deleted', 'rewritten', 'touched', 'reborn', 'changed']) {
    await writer.put(id, { value: { S: 'before' } });
  }
  let tickCount = 0;
  const ticksAround = async (seconds: number) => {
    await pace.untilTime(seconds * 1000 - edgeMs, 'for an edge of the window');
    while (pace.now() < seconds * 1000 + edgeMs) {
      await Promise.all([writer.put(`tick-${tickCount}`, {}), sleep(tickMs)]);
      tickCount += 1;
    }
  };
  await ticksAround(fromSeconds);
  await writeInside(writer, pace);
  const counts = await countAround(writer, pace, atSeconds);
  await ticksAround(toSeconds);
  return { fromSeconds, toSeconds, atSeconds, counts, tickCount };
}

/** Counters that go up each second, for as long as AWS's "one minute" may reach. */
async function countAround(writer: Writer, pace: Pace, atSeconds: number): Promise<Count[]> {
  const counts: Count[] = [];
  await pace.untilTime((atSeconds - countSeconds) * 1000, 'for the time of the full export');
  for (let n = 1; pace.now() < (atSeconds + countSeconds) * 1000; n += 1) {
    await Promise.all(
      Array.from({ length: counterCount }, async (_, index) => {
        const counter = `counter-${index}`;
        const sentMs = pace.now();
        await writer.put(counter, { n: { N: String(n) } });
        counts.push({ counter, n, sentMs, answeredMs: pace.now() });
      }),
    );
    await pace.untilTime(Math.floor(pace.now() / 1000) * 1000 + 1000, 'for the next second');
  }
  return counts;
}

async function writeInside(writer: Writer, pace: Pace): Promise<void> {
  for (let index = 0; index < shortLivedCount; index += 1) {
    await writer.put(`short-lived-${index}`, {});
    await writer.delete(`short-lived-${index}`);
  }
  await writer.delete('deleted');
  await writer.put('rewritten', { value: { S: 'before' } });
  await writer.set('touched', 'before');
  await writer.delete('reborn');
  await writer.put('reborn', { value: { S: 'after' } });
  await writer.put('changed', { value: { S: 'between' } });
  await writer.put('changed', { value: { S: 'after' } });
  const expiresAt = String(Math.floor(pace.now() / 1000) - 60);
  await writer.put('expired', { expiresAt: { N: expiresAt } });
}

class Writer {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async put(id: string, attributes: Record<string, AttributeValue>): Promise<void> {
    const { client, name } = this.#stage;
    await client.send(
      new PutItemCommand({ TableName: name, Item: { id: { S: id }, ...attributes } }),
    );
  }

  async delete(id: string): Promise<void> {
    const { client, name } = this.#stage;
    await client.send(new DeleteItemCommand({ TableName: name, Key: { id: { S: id } } }));
  }

  async set(id: string, value: string): Promise<void> {
    const { client, name } = this.#stage;
    await client.send(
      new UpdateItemCommand({
        TableName: name,
        Key: { id: { S: id } },
        UpdateExpression: 'SET #v = :v',
        ExpressionAttributeNames: { '#v': 'value' },
        ExpressionAttributeValues: { ':v': { S: value } },
      }),
    );
  }
}
