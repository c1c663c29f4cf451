/** What a process and its descendants have used, from Linux's `/proc`. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const kibPerMib = 1024;

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly ticks: number;
}

/** CPU seconds, user and system, all threads included. Throws where there is no `/proc`. */
export function cpuSeconds(pid: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return treeOf(pid).reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
}
let ticksPerSecond: number | undefined;

/** The most memory that was resident at any time; of several processes the sum. */
export function peakMemoryMib(pid: number): number {
  const kib = treeOf(pid).map((stat) => {
    const status = contentOf(`/proc/${stat.pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  });
  return kib.reduce((sum, each) => sum + each, 0) / kibPerMib;
}

function treeOf(pid: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)));
  const tree = all.filter((stat) => stat.pid === pid);
  // Grows while it is walked: children of children too.
  for (const parent of tree) tree.push(...all.filter((stat) => stat.parentPid === parent.pid));
  return tree;
}

function statOf(pid: number): ProcessStat[] {
  const stat = contentOf(`/proc/${pid}/stat`);
  // The name, in parentheses, may hold anything; the third field follows the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3] ?? NaN);
  if (stat === '') return [];
  return [{ pid, parentPid: field(4), ticks: field(14) + field(15) }];
}

/** Empty when the process is gone. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
