/** The operations on tables themselves. */

import type { KeyType, StreamViewType } from '../../../connector/table.ts';
import type { Call } from './call.ts';
import { Input } from './input.ts';
import type { KeySchema } from './key.ts';
import { invalidRequest } from './service-error.ts';
import type { Table, TableMode } from './table.ts';

const tablePageMax = 100;
const tableName = /^[a-zA-Z0-9_.-]{3,255}$/;

export function listTables({ input, database, accountId }: Call): string {
  const limit = input.optionalCount('Limit', 1, tablePageMax) ?? tablePageMax;
  const after = input.optionalText('ExclusiveStartTableName') ?? '';
  const names = database.tables(accountId).map((table) => table.name);
  const rest = names.filter((name) => name > after);
  const page = rest.slice(0, limit);
  const last = rest.length > limit ? { LastEvaluatedTableName: page.at(-1) } : {};
  return JSON.stringify({ TableNames: page, ...last });
}

export function describeTable({ input, database, accountId }: Call): string {
  const table = database.table(input.text('TableName'), accountId);
  return JSON.stringify({ Table: description(table) });
}

export function createTable({ input, database, accountId }: Call): string {
  const name = input.text('TableName');
  if (!tableName.test(name)) throw invalidRequest(`Invalid table name: ${name}`);
  const table = database.createTable({
    name,
    accountId,
    key: keySchemaOf(input),
    stream: streamOf(input),
    mode: modeOf(input),
  });
  return JSON.stringify({ TableDescription: description(table) });
}

export function deleteTable({ input, database, accountId }: Call): string {
  const table = database.table(input.text('TableName'), accountId);
  database.dropTable(table);
  return JSON.stringify({ TableDescription: { ...description(table), TableStatus: 'DELETING' } });
}

export function updateTable({ input, database, accountId }: Call): string {
  const table = database.table(input.text('TableName'), accountId);
  input.refuse('BillingMode', 'ProvisionedThroughput', 'GlobalSecondaryIndexUpdates');
  const viewType = streamOf(input);
  if (viewType !== undefined) {
    if (table.stream?.status === 'ENABLED') {
      throw invalidRequest('Table already has an enabled stream: TableName: ' + table.name);
    }
    database.enableStream(table, viewType);
  } else if (input.has('StreamSpecification')) {
    database.disableStream(table);
  }
  return JSON.stringify({ TableDescription: description(table) });
}

export function updateTimeToLive({ input, database, accountId }: Call): string {
  const table = database.table(input.text('TableName'), accountId);
  const specification = input.input('TimeToLiveSpecification');
  const attributeName = specification.text('AttributeName');
  const isEnabled = specification.flag('Enabled');
  database.setTimeToLive(table, isEnabled ? attributeName : undefined);
  return JSON.stringify({
    TimeToLiveSpecification: { AttributeName: attributeName, Enabled: isEnabled },
  });
}

export function describeTimeToLive({ input, database, accountId }: Call): string {
  const { timeToLive } = database.table(input.text('TableName'), accountId);
  const status =
    timeToLive === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.attributeName };
  return JSON.stringify({ TimeToLiveDescription: status });
}

function description(table: Table): Record<string, unknown> {
  const { stream } = table;
  return {
    AttributeDefinitions: table.spec.key.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    CreationDateTime: table.createdAtMs / 1000,
    ItemCount: table.itemCount,
    KeySchema: keySchemaJson(table.spec.key),
    ...(stream && { LatestStreamArn: stream.arn, LatestStreamLabel: stream.label }),
    ...modeJson(table.mode),
    ...(stream?.status === 'ENABLED' && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType },
    }),
    TableArn: table.arn,
    TableId: table.id,
    TableName: table.name,
    TableSizeBytes: table.sizeBytes,
    TableStatus: 'ACTIVE',
  };
}

/** As DescribeTable and DescribeStream show it. */
export function keySchemaJson(key: KeySchema): unknown[] {
  return key.map(({ name }, index) => ({
    AttributeName: name,
    KeyType: index === 0 ? 'HASH' : 'RANGE',
  }));
}

function modeJson(mode: TableMode): Record<string, unknown> {
  if (mode.type === 'provisioned') {
    return {
      ProvisionedThroughput: {
        NumberOfDecreasesToday: 0,
        ReadCapacityUnits: mode.units.read,
        WriteCapacityUnits: mode.units.write,
      },
    };
  }
  const max = mode.unitsMax;
  return {
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ...(max && {
      OnDemandThroughput: { MaxReadRequestUnits: max.read, MaxWriteRequestUnits: max.write },
    }),
    ProvisionedThroughput: {
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
    },
    WarmThroughput: { ReadUnitsPerSecond: 12_000, Status: 'ACTIVE', WriteUnitsPerSecond: 4000 },
  };
}

function keySchemaOf(input: Input): KeySchema {
  const types = new Map(
    input.list('AttributeDefinitions').map((entry) => {
      const definition = new Input(entry);
      return [definition.text('AttributeName'), definition.text('AttributeType') as KeyType];
    }),
  );
  const elements = input.list('KeySchema').map((entry) => new Input(entry));
  const sorted = ['HASH', 'RANGE'].flatMap((kind) =>
    elements.filter((element) => element.text('KeyType') === kind),
  );
  return sorted.map((element) => {
    const name = element.text('AttributeName');
    const type = types.get(name);
    if (type !== undefined) return { name, type };
    throw invalidRequest(
      `One or more parameter values were invalid: Some index key attributes have no definition: ${name}`,
    );
  });
}

function streamOf(input: Input): StreamViewType | undefined {
  const specification = input.optionalInput('StreamSpecification');
  if (!specification?.flag('StreamEnabled')) return undefined;
  return specification.text('StreamViewType') as StreamViewType;
}

function modeOf(input: Input): TableMode {
  const provisioned = input.optionalInput('ProvisionedThroughput');
  if (provisioned !== undefined && input.optionalText('BillingMode') !== 'PAY_PER_REQUEST') {
    const units = {
      read: provisioned.optionalNumber('ReadCapacityUnits') ?? 1,
      write: provisioned.optionalNumber('WriteCapacityUnits') ?? 1,
    };
    return { type: 'provisioned', units };
  }
  const limit = input.optionalInput('OnDemandThroughput');
  if (limit === undefined) return { type: 'on-demand' };
  // On the wire -1 means no limit.
  const max = (name: string) => {
    const units = limit.optionalNumber(name) ?? -1;
    return units < 0 ? Infinity : units;
  };
  return {
    type: 'on-demand',
    unitsMax: { read: max('MaxReadRequestUnits'), write: max('MaxWriteRequestUnits') },
  };
}
