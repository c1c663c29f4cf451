/** What reads and writes cost, and when they are refused. */

import type { Call } from './call.ts';
import type { Place } from './key.ts';
import { ServiceError } from './service-error.ts';
import type { Table } from './table.ts';

export type Access = 'read' | 'write';

const readUnitBytes = 4096;
const writeUnitBytes = 1024;

/** A read costs its bytes in steps of 4 KB, half of it when it may be stale; nothing read costs one step. */
export function readUnits(bytes: number, isConsistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / readUnitBytes)) * (isConsistent ? 1 : 0.5);
}

export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / writeUnitBytes));
}

/** Throws what AWS answers when the table, or the partition at a place, has nothing left to give. */
export function assertCapacity(
  call: Call,
  table: Table,
  place: Pick<Place, 'hash'>,
  access: Access,
) {
  const nowMs = call.database.world.now();
  const scope = shortScope(table, place, access, nowMs);
  if (scope === undefined) return;
  call.stats.noteThrottle(call.caller, nowMs);
  throw throttled(table, scope, access);
}

/** Takes what a call turned out to cost, and gives the `ConsumedCapacity` member the caller asked for, if any. */
export function consume(
  call: Call,
  table: Table,
  place: Pick<Place, 'hash'>,
  access: Access,
  units: number,
): string | undefined {
  spend(table, place, access, units);
  call.stats.count(call.stats.units, `${table.name} ${access}`, units);
  const wanted = call.input.optionalText('ReturnConsumedCapacity');
  return wanted === 'TOTAL' || wanted === 'INDEXES' ? consumedJson(table, units) : undefined;
}

export const consumedJson = (table: Table, units: number) =>
  JSON.stringify({ CapacityUnits: units, TableName: table.name });

/** Takes units without asking; for users beside the connector. */
export function spend(
  table: Table,
  place: Pick<Place, 'hash'>,
  access: Access,
  units: number,
): void {
  const partition = table.partitions.find(place.hash);
  table[bucketOf[access]].take(units);
  partition[bucketOf[access]].take(units);
}

type Scope = 'ProvisionedThroughput' | 'MaxOnDemandThroughput' | 'KeyRangeThroughput';

/** Which limit is used up, if one is. */
export function shortScope(
  table: Table,
  place: Pick<Place, 'hash'>,
  access: Access,
  nowMs: number,
): Scope | undefined {
  if (!table[bucketOf[access]].isOpen(nowMs)) {
    return table.mode.type === 'provisioned' ? 'ProvisionedThroughput' : 'MaxOnDemandThroughput';
  }
  const partition = table.partitions.find(place.hash);
  return partition[bucketOf[access]].isOpen(nowMs) ? undefined : 'KeyRangeThroughput';
}

/** The error for a scope: on-demand tables have another one than provisioned ones. */
export function throttled(table: Table, scope: Scope, access: Access): ServiceError {
  const side = access === 'read' ? 'Read' : 'Write';
  const reasons = [{ reason: `Table${side}${scope}Exceeded`, resource: table.arn }];
  if (table.mode.type === 'provisioned') {
    return new ServiceError(
      'ProvisionedThroughputExceededException',
      'The level of configured provisioned throughput for the table was exceeded. ' +
        'Consider increasing your provisioning level with the UpdateTable API.',
      reasons,
    );
  }
  return new ServiceError(
    'ThrottlingException',
    'Throughput exceeds the current capacity of your table or index. ' +
      'DynamoDB is automatically scaling your table or index so please try again shortly.',
    reasons,
  );
}

const bucketOf = { read: 'reads', write: 'writes' } as const;
