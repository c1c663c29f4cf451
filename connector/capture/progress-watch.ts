/** Progress for somebody who watches, several times a second, as numbers. */

import type { Clock } from '../host.ts';
import { coveredItems, type TableProgress } from './progress.ts';

/** One table's progress, with what follows from it. */
export interface WatchedTable extends TableProgress {
  /** Items, or as many as the finished segments stand for where that is more. */
  readonly itemsCovered: number;
}

/** Who wants to see progress as it is made, rather than now and then in words. */
export interface ProgressWatch {
  readonly intervalMs: number;
  /** Takes the progress of all tables, in the order of their bindings. */
  readonly onProgress: (tables: readonly WatchedTable[]) => void;
}

/** Shows the progress of all tables until the signal aborts, and then for the last time. */
export async function watchProgress(
  tables: readonly { progress(): TableProgress }[],
  { intervalMs, onProgress }: ProgressWatch,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const show = () => {
    const progress = tables.map((table) => table.progress());
    onProgress(progress.map((table) => ({ ...table, itemsCovered: coveredItems(table) })));
  };
  try {
    for (;;) {
      show();
      await clock.sleep(intervalMs, signal);
    }
  } finally {
    show();
  }
}
