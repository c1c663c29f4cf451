/** The most memory a process had resident at any time. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Linux keeps the peak itself; it must only be read before the process is gone. */
const sampleMs = 500;
const kibPerMib = 1024;

/** Follows one process. On Linux the peak is exact up to the last half second; elsewhere it is the largest sample. */
export class PeakMemory {
  readonly #pid: number | undefined;
  readonly #timer: NodeJS.Timeout;
  /** Only grows. */
  #kib = 0;

  constructor(pid: number | undefined) {
    this.#pid = pid;
    this.#timer = setInterval(() => {
      this.sample();
    }, sampleMs);
    this.#timer.unref();
  }

  get mib(): number {
    return Math.round((this.#kib / kibPerMib) * 10) / 10;
  }

  sample(): void {
    if (this.#pid === undefined) return;
    this.#kib = Math.max(this.#kib, peakKib(this.#pid) ?? residentKib(this.#pid));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html; absent where there is no such file. */
function peakKib(pid: number): number | undefined {
  try {
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    // A process that has just ended is still listed, without its memory.
    return peak === null ? 0 : Number(peak[1]);
  } catch {
    return process.platform === 'linux' ? 0 : undefined;
  }
}

function residentKib(pid: number): number {
  const { stdout, error } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  return error === undefined ? Number(stdout.trim()) || 0 : 0;
}
