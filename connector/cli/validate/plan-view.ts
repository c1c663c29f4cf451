/** A plan as people read it, with what it rests on. */

import type { EndpointConfig } from '../../config/config.ts';
import {
  amountText,
  bytesText,
  countText,
  dollarsText,
  plural,
  secondsText,
} from '../terminal/format.ts';
import type { Limit, Plan, TablePlan } from './plan.ts';
import {
  dollarsPer100kStreamReads,
  dollarsPerMillionReadUnits,
  freeStreamReadsPerMonth,
  priceDate,
  priceRegion,
  priceSource,
} from './prices.ts';
import { repairBasis, repairProse, repairTable } from './repair-view.ts';
import { renderTable, wrapped, type Column } from '../terminal/table-view.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Validation } from './validation.ts';

const columns: readonly Column[] = [
  { header: 'Table', widthMin: 12, elide: 'middle' },
  { header: 'Items', align: 'right' },
  { header: 'Size', align: 'right' },
  { header: 'Read units', align: 'right' },
  { header: 'Units/s', align: 'right' },
  { header: 'Limit', widthMin: 10 },
  { header: 'Time', align: 'right' },
  { header: 'Cost', align: 'right' },
  { header: 'Shards', align: 'right' },
];

const limitNames: Readonly<Record<Limit, string>> = {
  rcuAllocation: 'rcuAllocation',
  provisioned: 'provisioned',
  maximum: 'on-demand max',
  none: 'none',
};

export function renderPlan(
  { plan, config, bindings }: Validation,
  terminal: Terminal,
  isVerbose: boolean,
): string[] {
  const { colors } = terminal;
  const { polling } = plan;
  const isEvery = bindings.every(({ checked }) => checked?.shards?.isWhole !== false);
  const shards = `${isEvery ? '' : 'at least '}${plural(polling.openShardCount, 'open shard')}`;
  const idleSeconds = config.idleBackoffMaxMs / 1000;
  const prose = [
    `Backfill, once: ${amountText(plan.readUnits)} read units, ${timeOfAll(plan)}, ${dollarsText(plan.dollars)}${plan.tables.length > 1 ? '; tables are read side by side' : ''}.`,
    `Following, each month: ${shards}, read every ${idleSeconds} s while idle, is ${amountText(polling.readsPerMonth)} stream reads, ${dollarsText(polling.dollarsPerMonth)}.`,
    ...repairProse(plan),
  ];
  const basis = isVerbose
    ? basisOf(plan.tables, config)
    : ['These are estimates; --verbose explains them.'];
  return [
    ...renderTable(columns, plan.tables.map(rowOf), terminal).split('\n'),
    ...repairTable(plan, terminal),
    '',
    ...prose.flatMap((text) => fold(text, terminal)),
    ...(isVerbose ? [''] : []),
    ...basis.flatMap((text) => fold(text, terminal)).map((line) => colors.dim(line)),
  ];
}

function rowOf(table: TablePlan): string[] {
  return [
    table.table,
    countText(table.itemCount),
    bytesText(table.sizeBytes),
    `~${countText(table.readUnits)}`,
    `${table.limit === 'none' ? '≤ ' : ''}${countText(table.unitsPerSecond)}`,
    limitNames[table.limit],
    timeOf(table),
    table.isProvisioned ? 'paid' : dollarsText(table.dollars),
    countText(table.openShardCount),
  ];
}

function timeOfAll({ tables, seconds }: Plan): string {
  if (seconds < 1) return secondsText(seconds);
  const slowest = tables.find((table) => table.seconds === seconds);
  return `${slowest?.limit === 'none' ? 'at least' : 'about'} ${secondsText(seconds)}`;
}

function timeOf({ limit, seconds }: TablePlan): string {
  if (seconds < 1) return secondsText(seconds);
  return `${limit === 'none' ? '≥' : '~'} ${secondsText(seconds)}`;
}

/** What the numbers rest on. */
function basisOf(tables: readonly TablePlan[], { region, endpoint }: EndpointConfig): string[] {
  const unlimited = tables.some(({ limit }) => limit === 'none');
  const provisioned = tables.some(({ isProvisioned }) => isProvisioned);
  const elsewhere = region === priceRegion ? '' : ` They differ in ${region}.`;
  return [
    'Busy shards are read up to four times a second; a longer advanced.idleBackoffMax makes idle ones cheaper.',
    'These are estimates. DynamoDB counts items and sizes about every six hours; a page of items costs a unit per 4 KB, a request at least one.',
    ...(unlimited
      ? [
          'Limit none: units/s is the most that the table itself can deliver, 3,000 for each of its partitions and by default 40,000 in all. Set rcuAllocation to leave room for others.',
        ]
      : []),
    ...(provisioned
      ? ['Cost paid: provisioned units cost the same whether they are used or not.']
      : []),
    `Prices of ${priceRegion}, ${priceDate}: $${dollarsPerMillionReadUnits} per million read units, $${dollarsPer100kStreamReads} per 100,000 stream reads after ${amountText(freeStreamReadsPerMonth)} free ones a month and account.${elsewhere} See ${priceSource}`,
    ...(tables.some(({ repair }) => repair !== undefined) ? [repairBasis] : []),
    ...(endpoint === undefined
      ? []
      : [`Costs are what AWS would charge for such tables; ${endpoint} may not.`]),
  ];
}

function fold(text: string, { columns: width }: Terminal): string[] {
  return wrapped(text, Math.max(20, Math.min(100, width)));
}
