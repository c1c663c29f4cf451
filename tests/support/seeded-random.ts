/** Chance that can be had again: the same seed gives the same numbers. */

/** A number in [0, 1) at each call, as `Math.random`; its whole sequence follows from the seed (sfc32). */
export function seededRandom(seed: number): () => number {
  let a = seed | 0;
  let b = Math.trunc(seed / 2 ** 32) | 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Neighbouring seeds begin alike; a few turns drive them apart.
  for (let turn = 0; turn < 16; turn++) next();
  return next;
}

/** From `min` to `max`, whatever the unit; equal ends make it certain. */
export type Range = readonly [min: number, max: number];

/** A number in the range, whole if both ends are. */
export function drawFrom(random: () => number, [min, max]: Range): number {
  if (min === max) return min;
  const drawn = min + random() * (max - min);
  return Number.isInteger(min) && Number.isInteger(max) ? Math.round(drawn) : drawn;
}

/** A whole number from 0 up to, not including, `count`. */
export function drawBelow(random: () => number, count: number): number {
  return Math.floor(random() * count);
}
