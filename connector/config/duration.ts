/** Durations as Go writes them: `1s`, `1m30s`, `1.5h`. https://pkg.go.dev/time#ParseDuration */

const unitMs = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3], // The micro sign and the Greek letter look the same; Go takes both.
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

export const durationPattern =
  /^\+?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** Milliseconds of a duration that matches the pattern. */
export function parseDurationMs(text: string): number {
  const parts = text.matchAll(/([0-9.]+)([a-zµμ]+)/g);
  return [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitMs.get(unit ?? '') ?? NaN),
    0,
  );
}
