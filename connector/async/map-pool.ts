/** A transformation of many values, a few at a time. */

import { runTogether } from './task-group.ts';

/**
 * Transforms every input, at most `concurrency` of them at once; results have the order of the inputs. The
 * first failure aborts the others, and is thrown once all have ended.
 */
export async function mapPool<Input, Result>(
  inputs: readonly Input[],
  concurrency: number,
  transform: (input: Input, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result[]> {
  const results: Result[] = [];
  // All workers draw from this one iterator; an array's has no `return`, so no worker closes it for the others.
  const remaining = inputs.entries();
  const work = async (signal: AbortSignal) => {
    for (const [index, input] of remaining) {
      signal.throwIfAborted();
      results[index] = await transform(input, signal);
    }
  };
  const workerCount = Math.min(concurrency, inputs.length);
  await runTogether(signal, Array<typeof work>(workerCount).fill(work));
  return results;
}
