/** Until when the stream has been read, noted in the state. */

import type { Clock } from '../host.ts';
import type { JsonObject } from '../json.ts';
import type { TableState } from '../state/state.ts';
import type { StreamLag } from '../stream/stream.ts';
import { parseRfc3339, rfc3339 } from '../time.ts';

/** How often the state notes until when the stream has been read, so that a long pause can be noticed. */
const streamMarkIntervalMs = 5 * 60_000;

/**
 * And with scanned items, which may be ahead of the stream: what one emits that was deleted before the stream came to
 * it, a repair finds by that. Told once a second: pages of a small table are small, and many.
 */
const scanMarkIntervalMs = 1000;

/** Notes it now and then, until the signal aborts. */
export async function markStream(
  state: TableState,
  lag: StreamLag,
  clock: Clock,
  emit: (patch: JsonObject | undefined) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await clock.sleep(streamMarkIntervalMs, signal);
    await emit(mark(state, lag.readUntilMs(), 0));
  }
}

/** What goes with a page of items; nothing where it has been noted just now. */
export function streamMark(state: TableState, lag: StreamLag): JsonObject {
  return mark(state, lag.readUntilMs(), scanMarkIntervalMs) ?? {};
}

function mark(state: TableState, readUntilMs: number, afterMs: number): JsonObject | undefined {
  const marked = state.streamReadAt === undefined ? -Infinity : parseRfc3339(state.streamReadAt);
  if (readUntilMs <= marked + afterMs) return undefined;
  return state.amend({ streamReadAt: rfc3339(readUntilMs) });
}
