/** BatchGetItem: up to a hundred keys, in no order, and not always all of them. */

import { drawBelow } from '../seeded-random.ts';
import type { Call } from './call.ts';
import { assertCapacity, consume, readUnits, shortScope } from './capacity.ts';
import { Input } from './input.ts';
import { bareKeyOf, type Key } from './key.ts';
import { readingMoments } from './scan.ts';
import { invalidRequest } from './service-error.ts';
import type { Table } from './table.ts';
import { versionAt } from './versions.ts';

const keysMax = 100;
const responseBytesMax = 16 * 1024 * 1024;

interface Asked {
  readonly table: Table;
  /** As the caller named the table. */
  readonly name: string;
  readonly key: Key;
  readonly isConsistent: boolean;
}

export function batchGetItem(call: Call): string {
  const { database } = call;
  const asked = askedKeys(call);
  const [first] = asked;
  if (first === undefined || asked.length > keysMax) {
    throw invalidRequest('Too many items requested for the BatchGetItem call');
  }
  if (new Set(asked.map(({ table, key }) => table.name + key.identity)).size < asked.length) {
    throw invalidRequest('Provided list of item keys contains duplicates');
  }
  assertCapacity(call, first.table, first.key, 'read');
  const shuffled = [...asked];
  for (let index = shuffled.length - 1; index > 0; index--) {
    const other = drawBelow(database.world.random, index + 1);
    [shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!];
  }
  return answerJson(call, shuffled);
}

function answerJson(call: Call, asked: readonly Asked[]): string {
  const { database, fault } = call;
  const { random } = database.world;
  const moments = {
    strong: readingMoments(call, true),
    stale: readingMoments(call, false),
  };
  const countMax = fault === 'short-page' ? 1 + drawBelow(random, asked.length) : asked.length;
  const found = new Map<string, string[]>();
  const units = new Map<Table, number>();
  const unprocessed: Asked[] = [];
  let bytes = 0;
  asked.forEach((each, index) => {
    const { table, name, key, isConsistent } = each;
    const isShort = shortScope(table, key, 'read', database.world.now()) !== undefined;
    const entry = table.entry(key);
    const moment = isConsistent ? moments.strong() : moments.stale();
    const version = entry && versionAt(entry, moment);
    const isFull = bytes > 0 && bytes + (version?.bytes ?? 0) > responseBytesMax;
    if (index >= countMax || (isShort && index > 0) || isFull) {
      unprocessed.push(each);
      return;
    }
    const cost = readUnits(version?.bytes ?? 0, isConsistent);
    consume(call, table, key, 'read', cost);
    units.set(table, (units.get(table) ?? 0) + cost);
    if (!found.has(name)) found.set(name, []);
    if (version?.text === undefined) return;
    bytes += version.bytes;
    found.get(name)?.push(version.text);
  });
  const responses = [...found].map(([name, texts]) => `${JSON.stringify(name)}:[${texts.join()}]`);
  const wanted = call.input.optionalText('ReturnConsumedCapacity') ?? 'NONE';
  const consumed = [...units].map(([{ name }, sum]) =>
    JSON.stringify({ CapacityUnits: sum, TableName: name }),
  );
  const members = [
    ...(wanted === 'NONE' ? [] : [`"ConsumedCapacity":[${consumed.join()}]`]),
    `"Responses":{${responses.join()}}`,
    `"UnprocessedKeys":${unprocessedJson(unprocessed)}`,
  ];
  return `{${members.join()}}`;
}

function askedKeys({ input, database, accountId }: Call): Asked[] {
  const requests = input.input('RequestItems');
  return requests.names().flatMap((name) => {
    const table = database.table(name, accountId);
    const request = requests.input(name);
    request.refuse('AttributesToGet', 'ProjectionExpression');
    const isConsistent = request.flag('ConsistentRead');
    return request.list('Keys').map((item) => ({
      ...{ table, name, isConsistent },
      key: bareKeyOf(table.spec.key, new Input({ key: item }).item('key')),
    }));
  });
}

function unprocessedJson(keys: readonly Asked[]): string {
  const byTable = new Map<string, Asked[]>();
  for (const each of keys) byTable.set(each.name, [...(byTable.get(each.name) ?? []), each]);
  const members = [...byTable].map(([name, some]) => {
    const flag = some[0]?.isConsistent === true ? '"ConsistentRead":true,' : '';
    return `${JSON.stringify(name)}:{${flag}"Keys":[${some.map(({ key }) => key.json).join()}]}`;
  });
  return `{${members.join()}}`;
}
