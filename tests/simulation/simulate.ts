/** `npm run simulate`: many histories, each from its seed, and a table of what they met. */

import { Command } from 'commander';
import { playHistory } from './history.ts';
import { drawPlan } from './plan.ts';

const program = new Command('simulate')
  .option('--seeds <n>', 'histories to play', '100')
  .option('--seed <s>', 'the first seed', '1')
  .option('--verbose', 'print the log of the connector')
  .parse();
const { seeds, seed, verbose } = program.opts<{ seeds: string; seed: string; verbose?: true }>();
const first = Number(seed);
await playHistory(drawPlan(0));
let virtualMs = 0, n=0;
for (let number = first; number < first + Number(seeds); number += 1) {
  const began = performance.now();
  const plan = drawPlan(number, { isLossy: number % 5 === 0 });
  const result = await playHistory(plan, verbose ? console.error : undefined);
  const { violations } = result; virtualMs += result.virtualMs; n++;
  if (violations.length > 0) console.log(`seed ${number}: ${result.end} ${violations.length} violations\n  ${violations.slice(0, 3).join('\n  ').slice(0, 600)} ${JSON.stringify(plan.events.filter(e=>e.kind==='loss'))}`);
  if (verbose) console.log(number, result, performance.now() - began);
  if (performance.now() - began > 5000) console.log('slow', number, performance.now() - began, result.virtualMs/3600000, result.calls)
}
console.log(n, virtualMs/3600000, 'h');
