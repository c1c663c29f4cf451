/** The fast path: attributes as AWS spells them, for as long as nothing else comes. */

import type { ByteWriter } from './byte-writer.ts';
import {
  closeMap,
  colon,
  comma,
  letterB,
  letterE,
  letterL,
  letterM,
  letterN,
  letterS,
  openList,
  openMap,
  quote,
} from './bytes.ts';
import { copyPlainString } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import {
  entryOf,
  factsAt,
  fractional,
  insideMap,
  locationAt,
  noLocation,
  numericText,
} from './known-names.ts';
import {
  atEnd,
  atName,
  atText,
  atValue,
  type MapWriting,
  nameSlot,
  stopAtName,
} from './map-writing.ts';
import { copyPlainNumber, fractionBit } from './number.ts';
import { looksNumeric } from './numeric-text.ts';

const wordOf = (text: string) => Buffer.from(text).readInt32LE();
const boolName = wordOf('BOOL');
const nullName = wordOf('NULL');
const trueWord = wordOf('true');
const falsWord = wordOf('fals');
const nullWord = wordOf('null');
/** The longest look ahead, at `{"BOOL":false}`. */
const aheadBytes = 14;

/**
 * Writes on from where `map` is, and stops in front of the first thing that is not plain: a name to stop at, a set,
 * an empty map, an escape, a space, a number that needs thought, a map at a location that is not known, anything that
 * is wrong; and behind a value whose location is to be noted.
 *
 * Nearly all bytes pass here, and that gave it its shape. It calls nothing that a compiler does not inline, keeps
 * its places in local variables, and never changes arrays: so compiled code has all in registers, and need not look
 * at an array again to see whether it is still the same. `| 0` says that a number is a 32-bit integer where that
 * cannot be known. With the call of one more function in the loop it is half as fast.
 */
// eslint-disable-next-line max-lines-per-function -- see above: it cannot be divided without a call.
export function writeFastPath(map: MapWriting, cursor: JsonCursor, writer: ByteWriter): void {
  const { closes, locations, known, wholeDigitsMax } = map;
  const { bytes: body, view } = cursor;
  const { bytes: out, view: outView } = writer;
  let at = cursor.at | 0;
  let to = writer.length | 0;
  let depth = map.depth | 0;
  let close = closes[depth]! | 0;
  let location = locations[depth]! | 0;
  let nameAt = map.nameAt | 0;
  let next = map.next | 0;
  let nameEnd = 0;
  let seen = 0;
  while (depth > 0 && at <= body.length - aheadBytes) {
    let wanted = 0;
    let opened = 0;
    if (next <= atText) {
      if (body[at] !== quote) break;
      const end = copyPlainString(body, view, at, out, outView, to) | 0;
      const isName = next === atName;
      if (end === 0 || (isName && body[end] !== colon)) break;
      if (isName && depth === 1 && isStop(map, body, at, end)) break;
      to += end - at;
      if (isName) {
        nameAt = at;
        at = end + 1;
        out[to++] = colon;
        next = atValue;
      } else {
        if (looksNumeric(body, at, end)) {
          wanted = numericText;
          nameEnd = at - 6;
          map.seenAt = at;
        }
        at = end;
        next = atEnd;
      }
    }
    if (next === atValue) {
      if (body[at] !== openMap || body[at + 1] !== quote) break;
      const type = body[at + 2]!;
      const inside = body[at + 5]!;
      const isShort = body[at + 3] === quote && body[at + 4] === colon;
      if (isShort && (type === letterS || type === letterB)) {
        at += 5;
        next = atText;
        continue;
      }
      nameEnd = at - 1;
      if (isShort && type !== letterN) {
        if (type === letterM ? inside !== openMap : type !== letterL || inside !== openList) break;
        if (body[at + 6] !== (type === letterM ? quote : openMap)) break;
        opened = inside;
        if (type === letterM) wanted = insideMap;
      } else {
        const ended =
          copyPlainScalar(isShort, body, view, at, out, outView, to, wholeDigitsMax) | 0;
        if (ended <= 0) break;
        const end = ended & (fractionBit - 1);
        if (end !== ended) wanted = fractional;
        to += isShort ? end - at - 7 : end - at - 8;
        at = end;
        next = atEnd;
      }
    }
    let found = noLocation;
    if (wanted !== 0 && location >= 0) {
      const entry = entryOf(known, view, location, nameAt, nameEnd) | 0;
      if ((known[entry + factsAt]! & wanted) === 0) {
        seen = wanted;
        break;
      }
      found = known[entry + locationAt]! | 0;
    }
    if (opened !== 0) {
      close = opened + 2;
      closes[++depth] = close;
      location = found;
      locations[depth] = found;
      out[to++] = opened;
      at += 6;
      next = opened === openMap ? atName : atValue;
      continue;
    }
    const separator = body[at + 1]!;
    if (body[at] !== closeMap || (separator !== comma && separator !== close)) break;
    if (separator === comma) next = close === closeMap ? atName : atValue;
    else {
      close = closes[--depth]! | 0;
      location = locations[depth]! | 0;
    }
    out[to++] = separator;
    at += 2;
  }
  cursor.at = at;
  writer.length = to;
  map.depth = depth;
  map.next = next;
  map.nameAt = nameAt;
  map.seen = seen;
}

/** Notes a name of the outermost map if it may be a special one; true when the run must stop there. */
function isStop(map: MapWriting, body: Uint8Array, at: number, end: number): boolean {
  const special = map.specialNames[nameSlot(body[at + 1]!, end - at - 2)]!;
  if (special === stopAtName) return true;
  map.noted[special] = at;
  return false;
}

/**
 * Copies a value from its beginning at `at`, when it is an N (`isShort`) or a literal like `{"BOOL":true`, and
 * returns where its inside ends; 0 or less for anything else.
 */
function copyPlainScalar(
  isShort: boolean,
  body: Uint8Array,
  view: DataView,
  at: number,
  out: Uint8Array,
  outView: DataView,
  to: number,
  wholeDigitsMax: number,
): number {
  if (isShort) return copyPlainNumber(body, at + 5, out, to, wholeDigitsMax);
  // A name was read since the look ahead.
  if (at > body.length - aheadBytes) return 0;
  if (body[at + 6] !== quote || body[at + 7] !== colon) return 0;
  const name = view.getInt32(at + 2, true);
  const word = view.getInt32(at + 8, true);
  outView.setInt32(to, name === nullName ? nullWord : word, true);
  if (word === trueWord) return name === boolName || name === nullName ? at + 12 : 0;
  if (word !== falsWord || name !== boolName) return 0;
  out[to + 4] = body[at + 12]!;
  return body[at + 12] === letterE + 0x20 ? at + 13 : 0;
}
