/** What happens when a signal aborts. */

/** Calls `act` when the signal aborts, or at once when it has aborted. What it returns stops listening. */
export function onAbort(signal: AbortSignal, act: (reason: Error) => void): () => void {
  const listener = () => {
    act(signal.reason as Error);
  };
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => {
    signal.removeEventListener('abort', listener);
  };
}

/**
 * A promise that `begin` resolves or rejects later on. When the signal aborts first, it rejects with the signal's
 * reason, and what `begin` returned, if anything, is called to take back what was begun. No listener is left behind:
 * one signal may see thousands of waits.
 */
export function orAborted<T = void>(
  signal: AbortSignal,
  begin: (
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ) => ((reason: Error) => void) | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      const reason = signal.reason as Error;
      reject(reason);
      giveUp?.(reason);
    };
    const ignoreAbort = () => {
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    const giveUp = begin(
      (value) => {
        ignoreAbort();
        resolve(value);
      },
      (error) => {
        ignoreAbort();
        reject(error);
      },
    );
    if (signal.aborted) abort();
  });
}

/** Rejects with the signal's reason once it aborts. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return orAborted<never>(signal, () => undefined);
}
