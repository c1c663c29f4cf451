/** What a name was meant to be. */

/** How many letters may be wrong in a name of at least this length; shorter names allow one. */
const editsMax = 2;
const longNameLength = 5;

/** The candidate that a name most likely stands for: the same but for case and `_`, or a few letters away. */
export function likelyMeant(name: string, candidates: readonly string[]): string | undefined {
  const allowed = name.length < longNameLength ? 1 : editsMax;
  // A name this much longer than any candidate is not worth the comparison.
  const near = candidates
    .filter((candidate) => Math.abs(lastPart(candidate).length - name.length) <= allowed + 2)
    .map((candidate) => ({
      candidate,
      edits: editDistance(plain(name), plain(lastPart(candidate))),
    }))
    .filter(({ edits }) => edits <= allowed)
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.candidate;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

/** Letters to insert, delete or replace to make one text of another (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j += 1) {
      const replaced = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
