/**
 * What a capture will take, estimated before it begins: read units, time and money. Estimates all: DynamoDB counts
 * items and sizes about every six hours, and prices are those of one region.
 */

import {
  bytesPerUnit,
  pageBytes,
  pageItemsOf,
  readUnitsCeiling,
  segmentCountOf,
  type SegmentOptions,
} from '../../read-capacity.ts';
import type { Recovery } from '../../session/session.ts';
import type { Table } from '../../table.ts';
import {
  dollarsPer100kStreamReads,
  dollarsPerMillionReadUnits,
  freeStreamReadsPerMonth,
} from './prices.ts';
import { planRepair, type RepairPlan } from './repair-plan.ts';

export interface PlanInput {
  readonly table: Table;
  readonly rcuAllocation: number | undefined;
  readonly openShardCount: number;
  /** Absent where gaps are not repaired. */
  readonly recovery?: Recovery | undefined;
}

export interface PlanOptions {
  readonly backfillSegments: number | undefined;
  readonly scanLimit: number | undefined;
  readonly idleBackoffMaxMs: number;
  readonly nowMs: number;
}

/** What sets the pace of a backfill. */
export type Limit = 'rcuAllocation' | 'provisioned' | 'maximum' | 'none';

export interface TablePlan {
  readonly table: string;
  readonly itemCount: number;
  readonly sizeBytes: number;
  /** Capacity units of the whole backfill. */
  readonly readUnits: number;
  readonly limit: Limit;
  /** Where nothing limits the backfill, what the table itself can give at most. */
  readonly unitsPerSecond: number;
  readonly seconds: number;
  /** Of the backfill, once; 0 where it takes provisioned capacity that is paid for anyway. */
  readonly dollars: number;
  readonly isProvisioned: boolean;
  readonly openShardCount: number;
  /** Absent where gaps are not repaired. */
  readonly repair?: RepairPlan;
}

export interface Plan {
  readonly tables: readonly TablePlan[];
  readonly readUnits: number;
  /** Tables are backfilled side by side: as long as the longest takes. */
  readonly seconds: number;
  readonly dollars: number;
  readonly polling: PollingPlan;
}

/** Following the streams while nothing changes. */
export interface PollingPlan {
  readonly openShardCount: number;
  readonly readsPerSecond: number;
  readonly readsPerMonth: number;
  readonly dollarsPerMonth: number;
}

/** A partition gives no more, nor holds more. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
const partitionUnitsPerSecond = 3_000;
const partitionBytes = 10e9;
/** The quota of a table, unless AWS has raised it. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const tableUnitsPerSecond = 40_000;
const secondsPerMonth = 30 * 86_400;

export function planCapture(inputs: readonly PlanInput[], options: PlanOptions): Plan {
  const tables = inputs.map((input) => planTable(input, options));
  return {
    tables,
    readUnits: sum(tables.map(({ readUnits }) => readUnits)),
    seconds: Math.max(0, ...tables.map(({ seconds }) => seconds)),
    dollars: sum(tables.map(({ dollars }) => dollars)),
    polling: planPolling(sum(tables.map(({ openShardCount }) => openShardCount)), options),
  };
}

function planTable(input: PlanInput, options: PlanOptions): TablePlan {
  const { table, rcuAllocation, openShardCount, recovery } = input;
  const { name, itemCount, sizeBytes, capacity } = table;
  const ceiling = readUnitsCeiling(table, rcuAllocation);
  const readUnits = readUnitsOf(table, pageItemsOf(ceiling, options.scanLimit), {
    ...options,
    rcuAllocation,
  });
  const unitsPerSecond = Math.min(ceiling, greatestPace(sizeBytes, openShardCount));
  const isProvisioned = capacity.mode === 'provisioned';
  return {
    table: name,
    itemCount,
    sizeBytes,
    readUnits,
    limit: limitOf(table, rcuAllocation),
    unitsPerSecond,
    seconds: readUnits / unitsPerSecond,
    dollars: isProvisioned ? 0 : (readUnits / 1e6) * dollarsPerMillionReadUnits,
    isProvisioned,
    openShardCount,
    ...(recovery !== undefined && {
      repair: planRepair(table, recovery, { backfillUnits: readUnits, nowMs: options.nowMs }),
    }),
  };
}

function limitOf({ capacity }: Table, rcuAllocation: number | undefined): Limit {
  if (rcuAllocation !== undefined) return 'rcuAllocation';
  if (capacity.mode === 'provisioned') return 'provisioned';
  return capacity.readUnitsPerSecondMax === undefined ? 'none' : 'maximum';
}

/** A page costs its size in units of 4 KB, rounded up, and at least one; every segment has at least one page. */
export function readUnitsOf(
  table: Pick<Table, 'itemCount' | 'sizeBytes' | 'capacity'>,
  pageItems: number | undefined,
  options: SegmentOptions,
): number {
  const { itemCount, sizeBytes } = table;
  const segmentCount = segmentCountOf(table, options);
  const itemBytes = itemCount === 0 ? 0 : sizeBytes / itemCount;
  const itemsOfFullPage = Math.max(1, Math.floor(pageBytes / Math.max(1, itemBytes)));
  const itemsPerPage = Math.min(pageItems ?? Infinity, itemsOfFullPage);
  const segmentItems = itemCount / segmentCount;
  const wholePages = Math.floor(segmentItems / itemsPerPage);
  const restItems = segmentItems - wholePages * itemsPerPage;
  const unitsOf = (items: number) => Math.ceil((items * itemBytes) / bytesPerUnit);
  const segmentUnits = wholePages * unitsOf(itemsPerPage) + unitsOf(restItems);
  return Math.round(segmentCount * Math.max(1, segmentUnits));
}

/** An open shard stands for a partition, and no partition holds more than 10 GB. */
function greatestPace(sizeBytes: number, openShardCount: number): number {
  const partitions = Math.max(1, openShardCount, Math.ceil(sizeBytes / partitionBytes));
  return Math.min(tableUnitsPerSecond, partitions * partitionUnitsPerSecond);
}

function planPolling(
  openShardCount: number,
  { idleBackoffMaxMs }: Pick<PlanOptions, 'idleBackoffMaxMs'>,
): PollingPlan {
  const readsPerSecond = (openShardCount * 1000) / idleBackoffMaxMs;
  const readsPerMonth = readsPerSecond * secondsPerMonth;
  const paidReads = Math.max(0, readsPerMonth - freeStreamReadsPerMonth);
  return {
    openShardCount,
    readsPerSecond,
    readsPerMonth,
    dollarsPerMonth: (paidReads / 100_000) * dollarsPer100kStreamReads,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
