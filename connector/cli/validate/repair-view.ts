/** What repairs would take, as people read it. */

import { countText, dollarsText, shareText } from '../terminal/format.ts';
import { renderTable, type Column } from '../terminal/table-view.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { rfc3339 } from '../../time.ts';
import type { Plan, TablePlan } from './plan.ts';
import type { RepairPlan } from './repair-plan.ts';

const columns: readonly Column[] = [
  { header: 'Repair of a day', widthMin: 15, elide: 'middle' },
  { header: 'Recovery' },
  { header: 'Changed', align: 'right' },
  { header: 'Units, cost', align: 'right' },
  { header: 'New backfill', align: 'right' },
  { header: 'Break-even', align: 'right' },
];

/** Lines of a table; none where gaps are not repaired. */
export function repairTable({ tables }: Plan, terminal: Terminal): string[] {
  const rows = tables.flatMap((table) =>
    table.repair === undefined ? [] : [rowOf(table, table.repair)],
  );
  return rows.length === 0 ? [] : ['', ...renderTable(columns, rows, terminal).split('\n')];
}

/** Sentences, likewise. */
export function repairProse({ tables }: Plan): string[] {
  const first = tables.find(({ repair }) => repair !== undefined)?.repair;
  if (first === undefined) return [];
  const share = shareText(first.changedShare);
  return [
    `Repair of a day's gap in which ${share} of the items changed: a read unit per 4 KB of each, and ${first.exportCount} exports.`,
    'Break-even: where more items changed, a repair reads more units than a new backfill. But only a repair finds deletes.',
  ];
}

export const repairBasis =
  "Repair: nobody can know how many items will change. Exports cost $0.10 per GB of changes and $0.001 each at least, as others quote AWS's prices; their objects are stored until you delete them.";

function rowOf(table: TablePlan, repair: RepairPlan): string[] {
  const { changedItems, readUnits, dollars, breakEvenShare } = repair;
  return [
    table.table,
    recoveryText(repair),
    countText(changedItems),
    `~${countText(readUnits)}, ${dollarsText(dollars)}`,
    `~${countText(table.readUnits)}, ${table.isProvisioned ? 'paid' : dollarsText(table.dollars)}`,
    breakEvenShare === undefined ? '' : shareText(breakEvenShare),
  ];
}

function recoveryText({ recoveryDays, recoverySinceMs }: RepairPlan): string {
  if (recoveryDays === undefined) return 'off';
  if (recoverySinceMs !== undefined) return `since ${rfc3339(recoverySinceMs).slice(0, 16)}Z`;
  return recoveryDays === 1 ? '1 day' : `${recoveryDays} days`;
}
