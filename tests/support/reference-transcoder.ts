/**
 * The transcoder once more, slow and plain: the whole response parsed into values, the documents built from them.
 * It shares no code with the connector, so that both can only agree by being right.
 */

/** JSON as it was written: numbers keep their text, maps may have any names. */
export type Json =
  | null
  | boolean
  | string
  | { readonly digits: string }
  | readonly Json[]
  | ReadonlyMap<string, Json>;
export type JsonMap = ReadonlyMap<string, Json>;

export interface ReferenceKeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

export interface ReferencePage {
  readonly documents: readonly Json[];
  /** One per item, or per record that made documents; equal texts for equal keys. */
  readonly keys: readonly string[];
}

const tokenPattern = /[ \n\r\t]*([{}[\],:]|"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*|true|false|null)/suy;

/** Parses a JSON text; of members of the same name the last one counts. Throws `SyntaxError`. */
export function parseJson(text: string): Json {
  JSON.parse(text); // the judge of what is valid
  tokenPattern.lastIndex = 0;
  return parseValue(text, nextToken(text));
}

function nextToken(text: string): string {
  return tokenPattern.exec(text)![1]!;
}

function parseValue(text: string, token: string): Json {
  if (token === '{') return new Map(parseElements(text, '}'));
  if (token === '[') return parseElements(text, ']').map(([, value]) => value);
  if (token.startsWith('"')) return JSON.parse(token) as string;
  if (token === 'true' || token === 'false') return token === 'true';
  return token === 'null' ? null : { digits: token };
}

function parseElements(text: string, close: '}' | ']'): [string, Json][] {
  const elements: [string, Json][] = [];
  let token = nextToken(text);
  while (token !== close) {
    if (token === ',') token = nextToken(text);
    let name = '';
    if (close === '}') {
      name = JSON.parse(token) as string;
      nextToken(text); // the colon
      token = nextToken(text);
    }
    elements.push([name, parseValue(text, token)]);
    token = nextToken(text);
  }
  return elements;
}

/** One text for equal values, whatever the order of members. */
export function textOf(json: Json): string {
  if (isMap(json)) {
    const members = [...json].map(([name, value]) => `${JSON.stringify(name)}:${textOf(value)}`);
    return `{${members.sort().join(',')}}`;
  }
  if (Array.isArray(json)) return `[${json.map(textOf).join(',')}]`;
  return typeof json === 'object' && json !== null && 'digits' in json
    ? json.digits
    : JSON.stringify(json);
}

/** What `Transcoder.items` should make of a Scan response. */
export function referenceItems(
  body: string,
  key: readonly ReferenceKeyAttribute[],
  meta: { readonly epoch: string; readonly scannedAt: string },
): ReferencePage {
  const items = list(member(map(parseJson(body)), 'Items')).map(map);
  return {
    documents: items.map((item) => snapshotOf(item, key, meta)),
    keys: items.map((item) => keyText(item, key)),
  };
}

export interface ReferenceRecordMeta {
  readonly epoch: string;
  readonly scannedAt: string;
  readonly skipBeforeMs: number;
  readonly afterSequenceNumber: string | undefined;
  readonly expandDeletesBeforeMs: number;
}

/** What `Transcoder.records` should make of a GetRecords response. */
export function referenceRecords(
  body: string,
  key: readonly ReferenceKeyAttribute[],
  meta: ReferenceRecordMeta,
): ReferencePage {
  const documents: Json[] = [];
  const keys: string[] = [];
  for (const record of list(member(map(parseJson(body)), 'Records')).map(map)) {
    const change = map(member(record, 'dynamodb'));
    const [newImage, oldImage] = ['NewImage', 'OldImage'].map((name) => optionalMap(change, name));
    const keyItem = map(member(change, 'Keys'));
    const seconds = plainDecimal(digitsOf(member(change, 'ApproximateCreationDateTime')));
    const sequenceNumber = text(member(change, 'SequenceNumber'));
    if (!/^\d+$/.test(sequenceNumber)) throw new Error('no sequence number');
    const createdAtMs = Math.floor(Number(seconds) * 1000 + 1e-3);
    const after = meta.afterSequenceNumber;
    if (after !== undefined && BigInt(sequenceNumber) <= BigInt(after)) continue;
    if (createdAtMs < meta.skipBeforeMs) continue;

    const op = opOf(text(member(record, 'eventName')), newImage, oldImage);
    if (op === 'd' && createdAtMs < meta.expandDeletesBeforeMs) {
      documents.push(snapshotOf(oldImage ?? keyItem, key, meta));
    }
    if (op !== 'd' && newImage === undefined) throw new Error('no new image');
    const image = op === 'd' ? keyItem : newImage!;
    const metaMembers = new Map<string, Json>([
      ['op', op],
      ['snapshot', false],
      ['epoch', meta.epoch],
      ['eventId', wellFormed(text(member(record, 'eventID')))],
      ['sequenceNumber', sequenceNumber],
      ['approximateCreationDateTime', timeOf(seconds)],
    ]);
    const identity = optionalMap(record, 'userIdentity');
    if (identity !== undefined) {
      const members = [...identity]
        .map(([name, value]): [string, Json] => [
          name.replace(/^[TP]/, (first) => first.toLowerCase()),
          value,
        ])
        .filter(([name, value]) => ['type', 'principalId'].includes(name) && value !== null)
        .map(([name, value]): [string, Json] => [name, wellFormed(text(value))]);
      if (members.length > 0) metaMembers.set('userIdentity', new Map(members));
    }
    if (oldImage !== undefined) metaMembers.set('before', plainMap(oldImage, key));
    documents.push(documentOf(image, key, metaMembers));
    keys.push(keyText(image, key));
  }
  return { documents, keys };
}

function opOf(eventName: string, newImage?: JsonMap, oldImage?: JsonMap): 'c' | 'u' | 'd' {
  if (eventName === 'INSERT') return 'c';
  if (eventName === 'MODIFY') return 'u';
  if (eventName === 'REMOVE' || newImage === undefined) return 'd';
  return oldImage === undefined ? 'c' : 'u';
}

function timeOf(seconds: string): string {
  const [whole, fraction] = seconds.split('.');
  const time = new Date(Number(whole) * 1000).toISOString().slice(0, 19);
  return fraction === undefined ? `${time}Z` : `${time}.${fraction}Z`;
}

function snapshotOf(
  item: JsonMap,
  key: readonly ReferenceKeyAttribute[],
  { epoch, scannedAt }: { readonly epoch: string; readonly scannedAt: string },
): Json {
  const members: [string, Json][] = [
    ['op', 'c'],
    ['snapshot', true],
    ['epoch', epoch],
    ['scannedAt', scannedAt],
  ];
  return documentOf(item, key, new Map(members));
}

function documentOf(
  item: JsonMap,
  key: readonly ReferenceKeyAttribute[],
  meta: Map<string, Json>,
): Json {
  keyText(item, key); // throws when the key is not complete
  const document = plainMap(item, key);
  const attribute = document.get('_meta');
  if (attribute !== undefined) meta.set('attribute', attribute);
  return document.set('_meta', meta);
}

/** An item as plain JSON; numeric key attributes as text. */
function plainMap(item: JsonMap, key: readonly ReferenceKeyAttribute[]): Map<string, Json> {
  const document = new Map<string, Json>();
  for (const [name, value] of item) {
    const keyAttribute = key.find((attribute) => attribute.name === name);
    const plain = plainOf(value, keyAttribute?.type === 'N');
    if (keyAttribute !== undefined) keyText(item, [keyAttribute]);
    document.set(wellFormed(name), plain);
  }
  return document;
}

function plainOf(value: Json, isText = false): Json {
  const entries = [...map(value)];
  if (entries.length === 0) return new Map();
  if (entries.length > 1) throw new Error('more than one type');
  const [type, content] = entries[0]!;
  switch (type) {
    case 'S':
    case 'B':
      return wellFormed(text(content));
    case 'N':
      return isText ? plainDecimal(text(content)) : plainNumber(content);
    case 'BOOL':
      if (typeof content !== 'boolean') throw new Error('not a boolean');
      return content;
    case 'NULL':
      if (content !== true) throw new Error('not true');
      return null;
    case 'SS':
    case 'BS':
      return list(content).map((element) => wellFormed(text(element)));
    case 'NS':
      return list(content).map(plainNumber);
    case 'L':
      return list(content).map((element) => plainOf(element));
    case 'M':
      return new Map(
        [...map(content)].map(([name, element]) => [wellFormed(name), plainOf(element)]),
      );
    default:
      throw new Error(`unknown type ${type}`);
  }
}

function keyText(item: JsonMap, key: readonly ReferenceKeyAttribute[]): string {
  const values = key.map(({ name, type }) => {
    const value = map(member(item, name));
    const content = text(member(value, type));
    return [type, type === 'N' ? plainDecimal(content) : content];
  });
  return JSON.stringify(values);
}

function plainNumber(content: Json): Json {
  const digits = plainDecimal(text(content));
  return isExact(digits) ? { digits } : digits;
}

/** Plain decimal text, by exact arithmetic on coefficient and exponent. */
export function plainDecimal(number: string): string {
  const match = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(number);
  if (match === null) throw new Error(`not a number: ${number}`);
  let coefficient = BigInt(match[2]! + match[3]!);
  let scale = match[3]!.length - Number(match[4] ?? '0');
  // DynamoDB's end at 130.
  if (Math.abs(Number(match[4] ?? '0')) > 400) throw new Error(`out of range: ${number}`);
  for (; scale < 0; scale++) coefficient *= 10n;
  for (; scale > 0 && coefficient % 10n === 0n; scale--) coefficient /= 10n;
  const digits = coefficient.toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const plain = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return match[1] === '-' && coefficient !== 0n ? `-${plain}` : plain;
}

function isExact(digits: string): boolean {
  if (!digits.includes('.')) {
    const integer = BigInt(digits);
    if (BigInt.asIntN(64, integer) === integer || BigInt.asUintN(64, integer) === integer) {
      return true;
    }
  }
  const double = Number(digits);
  return Number.isFinite(double) && plainDecimal(String(double)) === digits;
}

/** Half surrogate pairs replaced, as `String.prototype.toWellFormed` does in newer Nodes. */
function wellFormed(string: string): string {
  return string.replace(/\p{Surrogate}/gu, '\ufffd');
}

function isMap(json: Json): json is JsonMap {
  return json instanceof Map;
}

function map(json: Json): JsonMap {
  if (!isMap(json)) throw new Error('not a map');
  return json;
}

function list(json: Json): readonly Json[] {
  if (!Array.isArray(json)) throw new Error('not a list');
  return json as readonly Json[];
}

function text(json: Json): string {
  if (typeof json !== 'string') throw new Error('not a text');
  return json;
}

function digitsOf(json: Json): string {
  if (typeof json !== 'object' || json === null || !('digits' in json))
    throw new Error('no number');
  return json.digits;
}

function member(json: JsonMap, name: string): Json {
  const value = json.get(name);
  if (value === undefined) throw new Error(`no member ${name}`);
  return value;
}

function optionalMap(json: JsonMap, name: string): JsonMap | undefined {
  const value = json.get(name) ?? null;
  return value === null ? undefined : map(value);
}
