/** The fast path: attributes as AWS spells them, for as long as nothing else comes. */

import type { ByteWriter } from './byte-writer.ts';
import { closeList, closeMap, colon, comma, openList, openMap, quote, smallE } from './bytes.ts';
import { copyPlainString } from './json-bytes.ts';
import type { JsonCursor } from './json-cursor.ts';
import {
  anyNumberText,
  copyKnownName,
  entryOf,
  factsAt,
  fractional,
  listElement,
  locationAt,
  nextAt,
  noLocation,
  numericText,
  roleAt,
  textNumbers,
  unknownName,
  unresolved,
} from './known-names.ts';
import {
  atEnd,
  atName,
  atNumber,
  atSeparator,
  atText,
  atValue,
  type MapWriting,
} from './map-writing.ts';
import { anyDigits, copyPlainNumber, fractionBit } from './plain-number.ts';
import { looksNumeric } from './numeric-text.ts';

const wordOf = (text: string) => Buffer.from(text).readInt32LE();
// The first three bytes of a value, by its type.
const textHead = wordOf('{"S\0');
const binaryHead = wordOf('{"B\0');
const numberHead = wordOf('{"N\0');
const mapHead = wordOf('{"M\0');
const listHead = wordOf('{"L\0');
// What may be behind them.
const stringInside = wordOf('":"\0');
const mapInside = wordOf('":{"');
const listInside = wordOf('":[{');
const setInside = wordOf('S":[');
const boolInside = wordOf('OOL"');
const nullInside = wordOf('ULL"');
const trueWord = wordOf('true');
const falsWord = wordOf('fals');
const nullWord = wordOf('null');
/** The longest look ahead, at `{"BOOL":false}`. */
const aheadBytes = 14;

/**
 * Writes on from where `map` is, and stops in front of the first thing that is not plain: a name to stop at, one that
 * is not known though there is room, an empty map or set, an escape, a space, a number that needs thought, a map at a
 * location that is not known, anything that is wrong; and behind a value of whose location something is to be noted.
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
  const limit = body.length - aheadBytes;
  let at = cursor.at | 0;
  let to = writer.length | 0;
  let depth = map.depth | 0;
  let close = closes[depth]! | 0;
  let location = locations[depth]! | 0;
  let elements = map.elements | 0;
  let entry = map.entry | 0;
  let last = map.last | 0;
  let next = map.next | 0;
  let seen = 0;
  while (depth > 0 && at <= limit) {
    if (next === atName) {
      entry = known[last + nextAt]! | 0;
      let end = copyKnownName(known, entry, location, view, at, limit, outView, to) | 0;
      if (end === 0) {
        if (body[at] !== quote) break;
        end = copyPlainString(body, view, at, out, outView, to) | 0;
        if (end === 0 || end > limit) break;
        entry = entryOf(known, view, location, at, end) | 0;
        if (entry === unknownName && depth === 1) break;
        known[last + nextAt] = entry;
      }
      const role = known[entry + roleAt]! | 0;
      if (body[end] !== colon || role < 0) break;
      if (role > 0) map.keyAt[role - 1] = end + 1;
      last = entry;
      map.nameAt = at;
      to += end - at;
      out[to++] = colon;
      at = end + 1;
      next = atValue;
    }
    if (next === atValue) {
      const head = view.getInt32(at - 1, true) >>> 8;
      const inside = view.getInt32(at + 3, true);
      if ((inside & 0xffffff) === stringInside) {
        if (head === textHead || head === binaryHead) next = atText;
        else if (head === numberHead) next = atNumber;
        else break;
        at += 5;
      } else if (head === mapHead && inside === mapInside) {
        location = known[entry + locationAt]! | 0;
        if (location === unresolved) break;
        close = closeMap;
        closes[++depth] = close;
        locations[depth] = location;
        out[to++] = openMap;
        at += 6;
        next = atName;
        continue;
      } else if (head === listHead && inside === listInside) {
        location = noLocation;
        entry = listElement;
        close = closeList;
        closes[++depth] = close;
        locations[depth] = location;
        out[to++] = openList;
        at += 6;
        continue;
      } else if (inside === setInside) {
        if (head === numberHead) elements = atNumber;
        else if (head === textHead || head === binaryHead) elements = atText;
        else break;
        entry = listElement;
        out[to++] = openList;
        at += 7;
        next = elements;
      } else {
        const length = copyLiteral(body, view, at, outView, to, head, inside) | 0;
        if (length === 0) break;
        to += length;
        at += 8 + length;
        next = atEnd;
      }
    }
    if (next === atText) {
      if (body[at] !== quote) break;
      const end = copyPlainString(body, view, at, out, outView, to) | 0;
      if (end === 0) break;
      if ((known[entry + factsAt]! & numericText) === 0 && looksNumeric(body, at, end)) {
        seen = numericText;
        map.seenAt = at;
      }
      to += end - at;
      at = end;
      next = elements === 0 ? atEnd : atSeparator;
      if (seen !== 0) break;
    } else if (next === atNumber) {
      const facts = known[entry + factsAt]! | 0;
      const isText = facts & textNumbers;
      const digitsTo = isText === 0 ? to : to + 1;
      const copied =
        copyPlainNumber(
          body,
          view,
          at,
          out,
          outView,
          digitsTo,
          isText === 0 ? wholeDigitsMax : anyDigits,
        ) | 0;
      if (copied <= 0) break;
      const end = copied & (fractionBit - 1);
      let wanted = end === copied ? 0 : fractional;
      if (isText === 0) to += end - at - 2;
      else {
        wanted = anyNumberText;
        out[to] = quote;
        to += end - at;
        out[to - 1] = quote;
      }
      at = end;
      next = elements === 0 ? atEnd : atSeparator;
      if ((facts & wanted) !== wanted) {
        seen = wanted;
        break;
      }
    }
    if (next === atSeparator) {
      const separator = body[at]!;
      if (separator === comma) next = elements;
      else if (separator === closeList) {
        elements = 0;
        next = atEnd;
      } else break;
      out[to++] = separator;
      at++;
      continue;
    }
    const separator = body[at + 1]!;
    if (body[at] !== closeMap || (separator !== comma && separator !== close)) break;
    if (separator !== comma) {
      close = closes[--depth]! | 0;
      location = locations[depth]! | 0;
    } else if (close === closeMap) next = atName;
    else {
      next = atValue;
      entry = listElement;
    }
    out[to++] = separator;
    at += 2;
  }
  cursor.at = at;
  writer.length = to;
  map.depth = depth;
  map.elements = elements;
  map.entry = entry;
  map.last = last;
  map.next = next;
  map.seen = seen;
}

/** Copies what is inside a literal like `{"BOOL":true`, and returns how long it becomes; 0 for anything else. */
function copyLiteral(
  body: Uint8Array,
  view: DataView,
  at: number,
  outView: DataView,
  to: number,
  head: number,
  inside: number,
): number {
  if (body[at + 7] !== colon) return 0;
  const word = view.getInt32(at + 8, true);
  if (head === numberHead && inside === nullInside) {
    outView.setInt32(to, nullWord, true);
    return word === trueWord ? 4 : 0;
  }
  if (head !== binaryHead || inside !== boolInside) return 0;
  outView.setInt32(to, word, true);
  if (word === trueWord) return 4;
  outView.setInt32(to + 4, smallE, true);
  return word === falsWord && body[at + 12] === smallE ? 5 : 0;
}
