/** Garbage collection in a connector that runs on Node: told by the process itself when it ends. */

import type { Readable } from 'node:stream';

/** Where the process writes its answer; others than Node leave it alone. */
export const probeFd = 3;

export interface GcReport {
  /** The main thread's. */
  readonly gcMs: number;
  /** Of the whole process, all threads. */
  readonly cpuMs: number;
}

// The end of an incremental marking is told twice, once by itself and once with the major collection it belongs to.
const probe = `
import { writeSync } from 'node:fs';
import { constants, PerformanceObserver } from 'node:perf_hooks';
const incremental = constants.NODE_PERFORMANCE_GC_INCREMENTAL;
let gcMs = 0;
const add = (entries) => {
  for (const { detail, duration } of entries) if (detail.kind !== incremental) gcMs += duration;
};
const observer = new PerformanceObserver((list) => add(list.getEntries()));
observer.observe({ entryTypes: ['gc'] });
process.on('exit', () => {
  add(observer.takeRecords());
  const { user, system } = process.cpuUsage();
  try { writeSync(${probeFd}, JSON.stringify({ gcMs, cpuMs: (user + system) / 1000 })); } catch {}
});
`;

/** For `NODE_OPTIONS`. */
export const probeOption = `--import=data:text/javascript,${encodeURIComponent(probe)}`;

/** What the process says once it has ended; undefined when it is no Node or was killed. */
export async function readGcReport(pipe: Readable): Promise<GcReport | undefined> {
  let text = '';
  for await (const piece of pipe) text += String(piece);
  return text === '' ? undefined : (JSON.parse(text) as GcReport);
}
