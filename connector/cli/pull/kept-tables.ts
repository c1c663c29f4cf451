/**
 * What a state file knows of tables that a run does not capture, with `--table` or a binding left out: it stays in the file. The
 * session forgets them, as Flow does with bindings that are gone; but who pulls one table tonight will want the others
 * tomorrow, and a position that is gone costs a backfill. What was missed meanwhile is noticed when they are captured again.
 */

import { membersOf, type Json, type JsonObject } from '../../json.ts';
import type { CommittedOutput, PullState } from './pull-state.ts';

const member = 'bindingStateV1';

/** By state key, what was saved of tables that a state of this run does not speak of. */
export function keptTables(
  saved: PullState | undefined,
  state: JsonObject,
): readonly (readonly [stateKey: string, table: Json])[] {
  const now = membersOf(state[member]);
  const started = new Set(Object.keys(now).map(withoutCounter));
  return Object.entries(membersOf(saved?.state[member])).filter(
    // A table whose counter was incremented has begun anew.
    ([stateKey]) => !Object.hasOwn(now, stateKey) && !started.has(withoutCounter(stateKey)),
  );
}

/** A state, and what is kept of others. */
export function withKeptTables(saved: PullState | undefined, state: JsonObject): JsonObject {
  const kept = keptTables(saved, state);
  if (kept.length === 0) return state;
  return { ...state, [member]: { ...Object.fromEntries(kept), ...membersOf(state[member]) } };
}

/** What is committed of a folder, with the files that this run does not write. */
export function withKeptFiles(
  saved: CommittedOutput | undefined,
  output: CommittedOutput | undefined,
): CommittedOutput | undefined {
  if (saved?.files === undefined || output?.files === undefined) return output;
  const files = { ...saved.files, ...output.files };
  return { ...output, files, bytes: Object.values(files).reduce((sum, size) => sum + size, 0) };
}

/** The table of a state key, as a binding names it. */
export function tableOfStateKey(stateKey: string): string {
  return decodeURIComponent(withoutCounter(stateKey));
}

function withoutCounter(stateKey: string): string {
  return stateKey.replace(/\.v\d+$/, '');
}
