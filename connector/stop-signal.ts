/** The wish that the process stops, heard from the first line of the program on: imported early, for its effect. */

const stop = new AbortController();

// Asked once more, a person means at once; a runtime that repeats itself gets the same clean end.
process.once('SIGINT', () => {
  stop.abort(new Error('Received SIGINT'));
});
process.on('SIGTERM', () => {
  stop.abort(new Error('Received SIGTERM'));
});

/** Aborts when the process is asked to stop. */
export const stopSignal: AbortSignal = stop.signal;
