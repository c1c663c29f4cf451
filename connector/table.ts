/** What we know of one table: the words that every stage uses for it. */

import { ConnectorError, errorCodes } from './errors.ts';
import { assertActive } from './table-status.ts';

/** The types a key attribute can have. */
export type KeyType = 'S' | 'N' | 'B';

/** One attribute of a table's primary key. */
export interface KeyAttribute {
  /** Any UTF-8 text of 1 to 255 characters. */
  readonly name: string;
  readonly type: KeyType;
}

/** One value of a key attribute: the text of an S, the decimal digits of an N, the base64 of a B. */
export interface KeyValue {
  readonly type: KeyType;
  readonly value: string;
}

/** A whole primary key: the partition key's value, then the sort key's where the table has one. */
export type ItemKey = readonly KeyValue[];

/** Which images the records of a stream carry. */
export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** A table as DescribeTable tells it, reduced to what a capture needs. */
export interface Table {
  /**
   * How the table was asked for: its name, or its ARN. Every call goes by it, since the bare name of another account's
   * table is another table.
   */
  readonly name: string;
  /** Changes when a table is dropped and created again under its name. */
  readonly id: string;
  readonly arn: string;
  /** Absent where a server does not tell. */
  readonly createdAtMs?: number | undefined;
  /** `ACTIVE`, `UPDATING`, `DELETING`, … */
  readonly status: string;
  /** Partition key first, then the sort key if there is one. */
  readonly key: readonly KeyAttribute[];
  /** Absent when no stream is enabled. */
  readonly stream: TableStream | undefined;
  /** About six hours old; 0 for a new table. */
  readonly itemCount: number;
  readonly sizeBytes: number;
  readonly capacity: TableCapacity;
}

/** Patterns of table names, where `*` stands for any characters and `?` for one. */
export interface TableFilter {
  /** All tables where there is none. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface TableStream {
  readonly arn: string;
  readonly viewType: StreamViewType;
}

/** How much a table may be read: provisioned units, or on demand with the user's ceiling if one is set. */
export type TableCapacity =
  | { readonly mode: 'provisioned'; readonly readUnitsPerSecond: number }
  | { readonly mode: 'on-demand'; readonly readUnitsPerSecondMax: number | undefined };

/** A table's name alone, of its name or ARN: to make other names of, never to make a call with. */
export function bareTableName(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}

/** True when a stream's records carry the new image, without which nothing can be captured. */
function isViewTypeUsable(viewType: StreamViewType): boolean {
  return viewType === 'NEW_AND_OLD_IMAGES' || viewType === 'NEW_IMAGE';
}

/** The command that gives a table without a stream the one that a capture needs; `options` go to the AWS CLI. */
export function enableStreamCommand(tableName: string, options = ''): string {
  return updateStreamCommand(
    tableName,
    'StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES',
    options,
  );
}

/** The command that lets gaps of a table be repaired from then on. */
export function enableRecoveryCommand(tableName: string, options = ''): string {
  return `aws dynamodb update-continuous-backups --table-name ${tableName} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true${options}`;
}

/** Of a stream with new images alone: a warning. */
export const noOldImages = 'The stream has no old images, so documents will have no _meta/before';

/** Of a gap: news, whoever reads the log. */
export const repairBegins = 'Repairing a gap in the stream';
export const repairEnds = 'A gap in the stream was repaired';

/** The commands, one after the other, that give a table a stream with new and old images; none where it has one. */
export function streamCommands(
  { name, stream }: Pick<Table, 'name' | 'stream'>,
  options = '',
): string[] {
  if (stream === undefined) return [enableStreamCommand(name, options)];
  if (isViewTypeUsable(stream.viewType)) return [];
  return [
    disableStreamCommand(name, options),
    // Waits until it is ACTIVE, as its documentation has it.
    `aws dynamodb wait table-exists --table-name ${name}${options}`,
    enableStreamCommand(name, options),
  ];
}

function disableStreamCommand(tableName: string, options = ''): string {
  return updateStreamCommand(tableName, 'StreamEnabled=false', options);
}

function updateStreamCommand(tableName: string, specification: string, options: string): string {
  return `aws dynamodb update-table --table-name ${tableName} --stream-specification ${specification}${options}`;
}

/** The table's stream; throws when the table cannot be captured, and says what fixes it. */
export function assertCapturable(table: Table): TableStream {
  const { name, stream } = table;
  assertActive(table);
  if (stream === undefined) {
    throw new ConnectorError(errorCodes.streamUnusable, `Table "${name}" has no stream enabled`, {
      hint: `Run: ${enableStreamCommand(name)}`,
    });
  }
  if (!isViewTypeUsable(stream.viewType)) {
    throw new ConnectorError(
      errorCodes.streamUnusable,
      `The stream of table "${name}" has view type ${stream.viewType}, which carries no new images`,
      {
        hint: `Run: ${disableStreamCommand(name)}, wait until the table is ACTIVE, then: ${enableStreamCommand(name)}`,
      },
    );
  }
  return stream;
}
