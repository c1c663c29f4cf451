/** How the script waits: by the clock on AWS, and on the fake by moving its time. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../connector/log.ts';

const pollMs = 10_000;
const attemptsMax = 1000;

const nothing = () => undefined;
export const quietLog: Log = {
  ...{ trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing },
  ...{ status: nothing, with: () => quietLog },
};

export interface Pace {
  /** By the server's clock. */
  now(): number;
  /** Waits until a moment. */
  untilTime(ms: number, why: string): Promise<void>;
  /** Asks every ten seconds until there is an answer; says so once, where it is told what for. */
  until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T>;
}

/** `fakeEndpoint`: of a server whose time can be moved. */
export async function paceOf(
  clock: { now(): number },
  fakeEndpoint: string | undefined,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Pace> {
  /** So far the fake's time is ahead of ours: the connector's clock learns of it only by an answer. */
  let aheadMs = 0;
  const move = async (ms: number) => {
    const body = JSON.stringify({ ms });
    const url = `${fakeEndpoint ?? ''}/_admin/advance`;
    const response = await fetch(url, { method: 'POST', body, signal });
    const { now } = (await response.json()) as { readonly now: string };
    aheadMs = Date.parse(now) - Date.now();
  };
  if (fakeEndpoint !== undefined) await move(0);
  const now = () => (fakeEndpoint === undefined ? clock.now() : Date.now() + aheadMs);
  const pass = async (ms: number) => {
    signal.throwIfAborted();
    if (fakeEndpoint === undefined) await sleep(ms, undefined, { signal });
    else await move(ms);
  };
  return {
    now,
    async untilTime(ms, why) {
      const leftMs = ms - now();
      if (leftMs <= 0) return;
      if (leftMs > pollMs) say(`Waiting ${Math.ceil(leftMs / 1000)} s ${why} …`);
      await pass(leftMs);
    },
    async until(what, ask) {
      for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
        const answer = await ask();
        if (answer !== undefined) return answer;
        if (attempt === 0 && what !== '') say(`Waiting for ${what} …`);
        await pass(pollMs);
      }
      throw new Error(`Waited too long for ${what}`);
    },
  };
}

/** True for our own fake, whose time can be moved. */
export async function isFake(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/_admin/stats`, { method: 'POST', body: '{}' });
    return response.ok;
  } catch {
    return false;
  }
}
