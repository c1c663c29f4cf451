/** Input in pieces. */

/** Text or bytes as the pieces of an input. */
export async function* inputOf(...pieces: readonly (string | Uint8Array)[]) {
  for (const piece of pieces) {
    await Promise.resolve();
    yield typeof piece === 'string' ? Buffer.from(piece) : piece;
  }
}

/** Bytes as pieces that end at `cuts`: offsets in any order, of which those past the end do nothing. */
export function* cutAt(bytes: Uint8Array, cuts: readonly number[]): Generator<Uint8Array> {
  const ends = [...cuts, bytes.length].filter((end) => end <= bytes.length).sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Everything that comes. */
export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
