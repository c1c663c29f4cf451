/** What DescribeTable says, as a `Table`. */

import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { ConnectorError, errorCodes } from '../errors.ts';
import type { KeyAttribute, KeyType, Table, TableCapacity, TableStream } from '../table.ts';

export function parseTable(description: TableDescription | undefined): Table {
  const { TableName: name, TableArn: arn, TableId: id } = description ?? {};
  if (description === undefined || name === undefined) {
    throw new ConnectorError(errorCodes.responseInvalid, 'DescribeTable answered without a table');
  }
  return {
    name,
    id: id ?? '', // Some emulators have none.
    arn: arn ?? '',
    status: description.TableStatus ?? 'UNKNOWN',
    key: keyOf(description, name),
    stream: streamOf(description),
    itemCount: description.ItemCount ?? 0,
    sizeBytes: description.TableSizeBytes ?? 0,
    capacity: capacityOf(description),
  };
}

function keyOf(description: TableDescription, name: string): KeyAttribute[] {
  const types = new Map(
    (description.AttributeDefinitions ?? []).map((entry) => [
      entry.AttributeName,
      entry.AttributeType,
    ]),
  );
  const attribute = (keyType: 'HASH' | 'RANGE'): KeyAttribute[] => {
    const element = (description.KeySchema ?? []).find((entry) => entry.KeyType === keyType);
    const type = types.get(element?.AttributeName);
    if (element?.AttributeName === undefined || type === undefined) return [];
    return [{ name: element.AttributeName, type: type satisfies KeyType }];
  };
  const key = [...attribute('HASH'), ...attribute('RANGE')];
  if (key.length > 0) return key;
  throw new ConnectorError(
    errorCodes.responseInvalid,
    `DescribeTable answered without a key schema for table "${name}"`,
  );
}

function streamOf(description: TableDescription): TableStream | undefined {
  const { StreamSpecification: specification, LatestStreamArn: arn } = description;
  const viewType = specification?.StreamViewType;
  // LatestStreamArn also names the last stream after it was disabled.
  if (specification?.StreamEnabled !== true || arn === undefined || viewType === undefined)
    return undefined;
  return { arn, viewType };
}

function capacityOf(description: TableDescription): TableCapacity {
  const units = description.ProvisionedThroughput?.ReadCapacityUnits ?? 0;
  const isOnDemand = description.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
  if (!isOnDemand && units > 0) return { mode: 'provisioned', readUnitsPerSecond: units };
  const max = description.OnDemandThroughput?.MaxReadRequestUnits ?? -1; // -1 means none.
  return { mode: 'on-demand', readUnitsPerSecondMax: max > 0 ? max : undefined };
}
