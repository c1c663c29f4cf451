/** The calls on tables. Each names the table as its caller does: a bare name means another table than an ARN may. */

import { ConnectorError, errorCodes, nameOf } from '../errors.ts';
import { placeOf, refused } from './aws-error.ts';
import type { ScanRequest, TableApi } from './aws.ts';
import { actionOf, callObject, type Port } from './json-call.ts';
import { textOf, textsOf, type JsonObject } from '../json.ts';
import { parseTable } from './table-description.ts';

export function createTableApi({ call, endpoint, retried }: Port): TableApi {
  const subject = (action: string, tableName?: string) => ({
    action: `dynamodb:${action}`,
    resource: tableName === undefined ? 'all tables' : `table "${tableName}"`,
    endpoint,
  });
  const missing = (tableName: string) => (error: unknown) => {
    if (nameOf(error) !== 'ResourceNotFoundException') throw error;
    throw tableMissing(tableName, endpoint);
  };
  /** Calls until it succeeds, with an answer that can be read. */
  const ask = async <T>(
    target: string,
    input: { readonly TableName?: string; readonly ExclusiveStartTableName?: string },
    read: (answer: JsonObject) => T,
    signal: AbortSignal,
  ): Promise<T> => {
    const { TableName: name } = input;
    const what = subject(actionOf(target), name);
    const send = async () => read(await callObject(call, target, input, signal, name));
    try {
      return await retried(what, send, signal);
    } catch (error) {
      if (name !== undefined && nameOf(error) === 'ResourceNotFoundException') throw error;
      throw refused(error, what);
    }
  };
  return {
    async listTables(signal) {
      const names: string[] = [];
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const input = after === undefined ? {} : { ExclusiveStartTableName: after };
        const page = await ask('DynamoDB_20120810.ListTables', input, tableNamesOf, signal);
        names.push(...page.names);
        after = page.last;
      }
      return names;
    },
    describeTable(tableName, signal) {
      const read = ({ Table }: JsonObject) => parseTable(Table, tableName);
      const asked = ask('DynamoDB_20120810.DescribeTable', { TableName: tableName }, read, signal);
      return asked.catch(missing(tableName));
    },
    scan: (request, signal) =>
      call('DynamoDB_20120810.Scan', scanBody(request), signal, {
        resource: request.tableName,
        makeRoom: request.makeRoom,
      }).catch(missing(request.tableName)),
    getItems: (tableName, keys, signal) =>
      call(
        'DynamoDB_20120810.BatchGetItem',
        `{"RequestItems":{${JSON.stringify(tableName)}:{"Keys":[${keys.join(',')}],"ConsistentRead":true}},"ReturnConsumedCapacity":"TOTAL"}`,
        signal,
        { resource: tableName },
      ).catch(missing(tableName)),
  };
}

function tableNamesOf({ TableNames, LastEvaluatedTableName }: JsonObject) {
  if (Array.isArray(TableNames)) {
    return { names: textsOf(TableNames), last: textOf(LastEvaluatedTableName) };
  }
  // An account without tables has an empty list.
  throw new ConnectorError(errorCodes.responseInvalid, 'ListTables answered without tables');
}

/** The body of a strongly consistent Scan. The fence relies on `ConsistentRead`. */
function scanBody(request: ScanRequest): string {
  const { tableName, segment, totalSegments, startKey, keyNames, limit } = request;
  const members = [
    `"TableName":${JSON.stringify(tableName)}`,
    `"Segment":${segment},"TotalSegments":${totalSegments}`,
    '"ConsistentRead":true,"ReturnConsumedCapacity":"TOTAL"',
  ];
  if (limit !== undefined) members.push(`"Limit":${limit}`);
  if (startKey !== undefined) {
    // Written as text: an attribute may have any name, `__proto__` too.
    const attributes = startKey.map(
      ({ type, value }, index) =>
        `${JSON.stringify(keyNames[index])}:{"${type}":${JSON.stringify(value)}}`,
    );
    members.push(`"ExclusiveStartKey":{${attributes.join(',')}}`);
  }
  return `{${members.join(',')}}`;
}

function tableMissing(tableName: string, endpoint: string): ConnectorError {
  return new ConnectorError(
    errorCodes.tableMissing,
    `Table "${tableName}" does not exist ${placeOf({ endpoint })}`,
    {
      hint: 'Check the table name, "region", and the account of the credentials.',
    },
  );
}
