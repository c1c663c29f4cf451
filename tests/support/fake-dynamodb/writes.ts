/** PutItem, UpdateItem, DeleteItem and BatchWriteItem. */

import type { Item } from './attribute-value.ts';
import type { Call } from './call.ts';
import { assertCapacity, consume, consumedJson, shortScope, writeUnits } from './capacity.ts';
import { Input } from './input.ts';
import { bareKeyOf, type Key, keyOf } from './key.ts';
import { invalidRequest } from './service-error.ts';
import type { Table } from './table.ts';
import { updatedItem } from './update.ts';

const batchLengthMax = 25;
const unsupported = ['ConditionExpression', 'Expected', 'ConditionalOperator'] as const;

export function putItem(call: Call): string {
  const { input, database, accountId } = call;
  input.refuse(...unsupported);
  const table = database.table(input.text('TableName'), accountId);
  const item = input.item('Item');
  return answer(call, table, keyOf(table.spec.key, item), item);
}

export function deleteItem(call: Call): string {
  const { input, database, accountId } = call;
  input.refuse(...unsupported);
  const table = database.table(input.text('TableName'), accountId);
  return answer(call, table, bareKeyOf(table.spec.key, input.item('Key')), undefined);
}

export function updateItem(call: Call): string {
  const { input, database, accountId } = call;
  input.refuse(...unsupported);
  const table = database.table(input.text('TableName'), accountId);
  const keyItem = input.item('Key');
  const key = bareKeyOf(table.spec.key, keyItem);
  const text = table.entry(key)?.version.text;
  const before = text === undefined ? keyItem : (JSON.parse(text) as Item);
  const item = updatedItem(before, input);
  if (keyOf(table.spec.key, item).identity !== key.identity) {
    throw invalidRequest(
      'One or more parameter values were invalid: Cannot update a key attribute',
    );
  }
  return answer(call, table, key, item);
}

export function batchWriteItem(call: Call): string {
  const { input, database, accountId } = call;
  const requests = input.input('RequestItems');
  const writes = requests.names().flatMap((name) => {
    const table = database.table(name, accountId);
    return requests.list(name).map((request) => batchedWrite(table, name, request));
  });
  if (writes.length === 0 || writes.length > batchLengthMax) {
    throw invalidRequest(`Too many items requested for the BatchWriteItem call`);
  }
  if (new Set(writes.map(({ table, key }) => table.name + key.identity)).size < writes.length) {
    throw invalidRequest('Provided list of item keys contains duplicates');
  }
  const [first] = writes;
  assertCapacity(call, first!.table, first!.key, 'write');
  // What finds no capacity left is handed back, as AWS does it.
  const nowMs = database.world.now();
  const unprocessed = writes.filter((write) => {
    if (shortScope(write.table, write.key, 'write', nowMs) !== undefined) return true;
    carryOut(call, write.table, write.key, write.item);
    return false;
  });
  return `{"UnprocessedItems":${unprocessedJson(unprocessed)}}`;
}

interface BatchedWrite {
  readonly table: Table;
  /** As the caller named the table. */
  readonly name: string;
  readonly key: Key;
  readonly item: Item | undefined;
  readonly request: unknown;
}

function batchedWrite(table: Table, name: string, request: unknown): BatchedWrite {
  const input = new Input(request);
  const item = input.optionalInput('PutRequest')?.item('Item');
  const key =
    item === undefined
      ? bareKeyOf(table.spec.key, input.input('DeleteRequest').item('Key'))
      : keyOf(table.spec.key, item);
  return { table, name, key, item, request };
}

function unprocessedJson(writes: readonly BatchedWrite[]): string {
  const byTable = new Map<string, unknown[]>();
  for (const { name, request } of writes) {
    byTable.set(name, [...(byTable.get(name) ?? []), request]);
  }
  return JSON.stringify(Object.fromEntries(byTable));
}

function answer(call: Call, table: Table, key: Key, item: Item | undefined): string {
  assertCapacity(call, table, key, 'write');
  const { before, after, units } = carryOut(call, table, key, item);
  const consumed =
    call.input.optionalText('ReturnConsumedCapacity') === 'TOTAL'
      ? consumedJson(table, units)
      : undefined;
  const attributes = { ALL_OLD: before, ALL_NEW: after }[
    call.input.optionalText('ReturnValues') ?? 'NONE'
  ];
  const members = [
    attributes && `"Attributes":${attributes}`,
    consumed && `"ConsumedCapacity":${consumed}`,
  ];
  return `{${members.filter(Boolean).join()}}`;
}

function carryOut(call: Call, table: Table, key: Key, item: Item | undefined) {
  const bytesBefore = table.entry(key)?.version.bytes ?? 0;
  const before = call.database.write(table, key, item);
  const version = table.entry(key)?.version;
  const units = writeUnits(Math.max(bytesBefore, version?.bytes ?? 0));
  consume(call, table, key, 'write', units);
  return { before, after: version?.text, units };
}
