/** Tasks that live and fall together. */

import { onAbort } from './abort.ts';

export type Task = (signal: AbortSignal) => Promise<void>;

/** Runs tasks side by side; the first failure aborts the others, and it is thrown once all have ended. */
export async function runTogether(signal: AbortSignal, tasks: readonly Task[]): Promise<void> {
  const group = new TaskGroup(signal);
  for (const task of tasks) group.spawn(task);
  await group.join();
}

/**
 * A set of tasks that may grow while it runs. Each task has a signal of its own, so that thousands of tasks do
 * not queue up as listeners of one.
 */
export class TaskGroup {
  readonly #parent: AbortSignal;
  readonly #controllers = new Set<AbortController>();
  readonly #ignoreParent: () => void;
  /** Set by the first task that fails, never changed afterwards. */
  #failure: { readonly error: unknown } | undefined;
  /** Set when the group has been aborted, by its parent or by a failure. */
  #reason: { readonly value: unknown } | undefined;
  #runningCount = 0;
  #wake: () => void = () => undefined;

  constructor(parent: AbortSignal) {
    this.#parent = parent;
    this.#ignoreParent = onAbort(parent, (reason) => {
      this.#abort(reason);
    });
  }

  /** Starts a task. In a group that was aborted it starts with its signal aborted. */
  spawn(task: Task): void {
    const controller = new AbortController();
    if (this.#reason !== undefined) controller.abort(this.#reason.value);
    this.#controllers.add(controller);
    this.#runningCount += 1;
    void this.#run(task, controller);
  }

  /** Resolves when no task is left, also none that was started meanwhile; throws the first failure. */
  async join(): Promise<void> {
    while (this.#runningCount > 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#ignoreParent();
    if (this.#failure !== undefined) throw this.#failure.error;
    // Tasks may end quietly when aborted; the caller must still not take that for success.
    this.#parent.throwIfAborted();
  }

  async #run(task: Task, controller: AbortController): Promise<void> {
    try {
      await task(controller.signal);
    } catch (error) {
      this.#failure ??= { error };
      this.#abort(error);
    }
    this.#controllers.delete(controller);
    this.#runningCount -= 1;
    if (this.#runningCount === 0) this.#wake();
  }

  #abort(reason: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason = { value: reason };
    for (const controller of this.#controllers) controller.abort(reason);
  }
}

/** Runs `main` to its end, and `others` for as long as that lasts; all are awaited. */
export async function runBeside(
  signal: AbortSignal,
  main: Task,
  others: readonly Task[],
): Promise<void> {
  const ended = new Error('The main task has ended');
  try {
    await runTogether(signal, [
      async (taskSignal) => {
        await main(taskSignal);
        throw ended; // Ends the others.
      },
      ...others,
    ]);
  } catch (error) {
    if (error !== ended) throw error;
  }
}
