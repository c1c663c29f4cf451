/** Until when the stream has been read, noted in the state. */

import type { Clock } from '../host.ts';
import type { JsonObject } from '../json.ts';
import type { TableState } from '../state/state.ts';
import type { StreamLag } from '../stream/stream.ts';
import { parseRfc3339, rfc3339 } from '../time.ts';

/** How often the state notes until when the stream has been read, so that a long pause can be noticed. */
const streamMarkIntervalMs = 5 * 60_000;

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
    const readUntilMs = lag.readUntilMs();
    const marked = state.streamReadAt === undefined ? -Infinity : parseRfc3339(state.streamReadAt);
    if (readUntilMs > marked) await emit(state.amend({ streamReadAt: rfc3339(readUntilMs) }));
  }
}
