/** What DescribeTable says, as a `Table`. */

import { ConnectorError, errorCodes } from '../errors.ts';
import type {
  KeyAttribute,
  KeyType,
  StreamViewType,
  Table,
  TableCapacity,
  TableStream,
} from '../table.ts';
import { membersOf, numberOf, objectsOf, textOf, type JsonObject } from '../json.ts';

/** `name`: how the table was asked for, which is how it is asked for again. */
export function parseTable(answer: unknown, name: string): Table {
  const description = membersOf(answer);
  if (textOf(description['TableName']) === undefined) {
    throw new ConnectorError(errorCodes.responseInvalid, 'DescribeTable answered without a table');
  }
  return {
    name,
    id: textOf(description['TableId']) ?? '', // Some emulators have none.
    arn: textOf(description['TableArn']) ?? '',
    createdAtMs: secondsOf(description['CreationDateTime']),
    status: textOf(description['TableStatus']) ?? 'UNKNOWN',
    key: keyOf(description, name),
    stream: streamOf(description),
    itemCount: numberOf(description['ItemCount']) ?? 0,
    sizeBytes: numberOf(description['TableSizeBytes']) ?? 0,
    capacity: capacityOf(description),
  };
}

/** Seconds since the epoch, with a fraction, as milliseconds. */
function secondsOf(value: unknown): number | undefined {
  const seconds = numberOf(value);
  return seconds === undefined ? undefined : seconds * 1000;
}

function keyOf(description: JsonObject, name: string): KeyAttribute[] {
  const types = new Map(
    objectsOf(description['AttributeDefinitions']).map((entry) => [
      textOf(entry['AttributeName']),
      textOf(entry['AttributeType']),
    ]),
  );
  const elements = objectsOf(description['KeySchema']);
  const attribute = (keyType: 'HASH' | 'RANGE'): KeyAttribute[] => {
    const element = elements.find((entry) => entry['KeyType'] === keyType);
    const attributeName = textOf(element?.['AttributeName']);
    const type = types.get(attributeName);
    if (attributeName === undefined || !isKeyType(type)) return [];
    return [{ name: attributeName, type }];
  };
  const key = [...attribute('HASH'), ...attribute('RANGE')];
  if (key.length > 0 && key.length === elements.length) return key;
  throw new ConnectorError(
    errorCodes.responseInvalid,
    `DescribeTable answered without a key schema for table "${name}"`,
  );
}

function isKeyType(type: string | undefined): type is KeyType {
  return type === 'S' || type === 'N' || type === 'B';
}

function streamOf(description: JsonObject): TableStream | undefined {
  const specification = membersOf(description['StreamSpecification']);
  const arn = textOf(description['LatestStreamArn']);
  const viewType = textOf(specification['StreamViewType']) as StreamViewType | undefined;
  // LatestStreamArn also names the last stream after it was disabled.
  if (specification['StreamEnabled'] !== true || arn === undefined || viewType === undefined)
    return undefined;
  return { arn, viewType };
}

function capacityOf(description: JsonObject): TableCapacity {
  const provisioned = membersOf(description['ProvisionedThroughput']);
  const units = numberOf(provisioned['ReadCapacityUnits']) ?? 0;
  const { BillingMode } = membersOf(description['BillingModeSummary']);
  const isOnDemand = BillingMode === 'PAY_PER_REQUEST';
  if (!isOnDemand && units > 0) return { mode: 'provisioned', readUnitsPerSecond: units };
  const { MaxReadRequestUnits } = membersOf(description['OnDemandThroughput']);
  const max = numberOf(MaxReadRequestUnits) ?? -1; // -1 means none.
  return { mode: 'on-demand', readUnitsPerSecondMax: max > 0 ? max : undefined };
}
