/** How far repairs are, in words for the operator. */

import { count, duration, grouped } from './progress-words.ts';

export interface TableRepairProgress {
  /** `waiting`: after a failure that somebody has to put right. */
  readonly phase: 'exporting' | 'waiting-for-stream' | 'reading' | 'waiting';
  /** Exports that are not read to their end. */
  readonly windowsLeft: number;
  /** Of these, those that DynamoDB has been asked for. */
  readonly windowsAsked: number;
  /** Until another one can be asked for; absent where that is none. */
  readonly opensInMs: number | undefined;
  /** Since the repair began, also before a restart. */
  readonly keysRead: number;
  /** Of the export that is being read. */
  readonly keysInWindow: number;
  readonly keysReadInWindow: number;
}

/** What repairs wait for, and what they have left: `3 exports left, 12,000 keys of this one, about 2 min`. */
export function repairDetails(
  repairs: readonly TableRepairProgress[],
  keysPerSecond: number,
): string {
  const total = (of: (repair: TableRepairProgress) => number) =>
    repairs.reduce((sum, repair) => sum + of(repair), 0);
  const left = `${count(
    total(({ windowsLeft }) => windowsLeft),
    'export',
  )} left`;
  const isAny = (phase: TableRepairProgress['phase']) =>
    repairs.some((each) => each.phase === phase);
  if (isAny('reading')) {
    const keys = total(keysLeft);
    const seconds = keysPerSecond > 0 ? keys / keysPerSecond : 0;
    const time = seconds >= 1 ? `, about ${duration(seconds)}` : '';
    return `${left}, ${grouped(keys)} keys of ${repairs.length === 1 ? 'this one' : 'those being read'}${time}`;
  }
  if (isAny('waiting-for-stream')) return `${left}, waits for the stream to catch up`;
  if (!isAny('exporting')) return `${left}, waits after a failure, see the log`;
  const asked = total(({ windowsAsked }) => windowsAsked);
  const opening = repairs.flatMap(({ opensInMs }) => opensInMs ?? []);
  const rest = total(({ windowsLeft, windowsAsked }) => windowsLeft - windowsAsked);
  return [
    ...(asked === 0 ? [] : [`waits for ${count(asked, 'export')}, 10 to 20 minutes at least`]),
    ...(opening.length === 0
      ? []
      : [
          `${asked === 0 ? count(rest, 'export') : `${grouped(rest)} more`} can begin in ${duration(Math.max(1, Math.min(...opening) / 1000))}`,
        ]),
    ...(asked === 0 && opening.length === 0 ? [`starts ${count(rest, 'export')}`] : []),
  ].join(', ');
}

/** Of the export that is being read. */
export function keysLeft({ keysInWindow, keysReadInWindow }: TableRepairProgress): number {
  return Math.max(0, keysInWindow - keysReadInWindow);
}
