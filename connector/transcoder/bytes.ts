/**
 * The bytes that mean something in JSON. A file without imports: only from such a one does the bundler write numbers
 * where names are, which makes the byte loops a tenth faster.
 */

export const tab = 0x09;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const space = 0x20;
export const quote = 0x22;
export const plus = 0x2b;
export const comma = 0x2c;
export const minus = 0x2d;
export const point = 0x2e;
export const zero = 0x30;
export const nine = 0x39;
export const colon = 0x3a;
export const letterB = 0x42;
export const letterE = 0x45;
export const letterL = 0x4c;
export const letterM = 0x4d;
export const letterN = 0x4e;
export const letterS = 0x53;
export const openList = 0x5b;
export const backslash = 0x5c;
export const closeList = 0x5d;
export const smallE = 0x65;
export const smallU = 0x75;
export const openMap = 0x7b;
export const closeMap = 0x7d;
/** From what opens a list or a map to what closes it. */
export const toClose = 2;
