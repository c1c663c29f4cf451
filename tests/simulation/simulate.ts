/** `npm run simulate`: many histories, each from its seed, and a table of what they met. */

import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { playHistory } from './history.ts';
import { kindOf, type Violation } from './judge.ts';
import { drawGapPlan } from './draw-gap-plan.ts';
import { drawPlan } from './draw-plan.ts';
import type { Plan } from './plan.ts';
import { parsePlan, writePlan } from './plan-json.ts';
import { renderReport, Report, reportJson } from './report.ts';
import { shrink } from './shrink.ts';

/** Of so many histories, one loses stream records. */
const lossyEvery = 5;
const progressMs = 10_000;
/** What is enough to bring a few hundred events down to a handful, and not too long to wait for. */
const shrinkTriesMax = 1000;
const shrinkMsMax = 120_000;
const violationsShownMax = 10;

interface Options {
  readonly seeds: number;
  readonly seed: number;
  readonly hours?: number;
  readonly plan?: string;
  readonly gaps: boolean;
  readonly bail: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
}

interface Broken {
  readonly plan: Plan;
  readonly violations: readonly Violation[];
}

const options = parseOptions(process.argv.slice(2));
const say = (text: string) => process.stderr.write(`${text}\n`);
const onLogLine = options.verbose ? say : undefined;
let isStopped = false;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    isStopped = true;
  });
}
const beganMs = performance.now();
const report = new Report();
const broken = await playAll();
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
if (broken !== undefined) await tell(broken);
const seconds = (performance.now() - beganMs) / 1000;
if (options.json) {
  const first = broken && { seed: broken.plan.seed, violations: broken.violations };
  const line = { ...reportJson(report, options.seed, seconds), ...(first && { first }) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} else {
  process.stdout.write(`${renderReport(report)}\n`);
}
process.exitCode = report.violations === 0 ? 0 : 1;

/** Plays what was asked for, and gives the first plan that broke a promise. */
async function playAll(): Promise<Broken | undefined> {
  let first: Broken | undefined;
  let toldMs = beganMs;
  const plans =
    options.plan === undefined ? drawnPlans() : [parsePlan(readFileSync(options.plan, 'utf8'))];
  for (const plan of plans) {
    if (isStopped) break;
    const result = await playHistory(plan, onLogLine);
    report.add(plan, result);
    if (result.violations.length > 0) {
      first ??= { plan, violations: result.violations };
      say(`Seed ${plan.seed}: ${result.violations[0] ?? ''}`);
      if (options.bail) break;
    }
    const line = report.progress(options.seeds);
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
    else if (performance.now() - toldMs > progressMs) {
      toldMs = performance.now();
      say(line);
    }
  }
  return first;
}

function* drawnPlans(): Generator<Plan> {
  const { seed, seeds, hours, gaps } = options;
  for (let number = seed; number < seed + seeds; number += 1) {
    if (gaps) {
      yield drawGapPlan(number);
      continue;
    }
    const isLossy = number % lossyEvery === 0;
    yield drawPlan(number, { isLossy, ...(hours === undefined ? {} : { hours }) });
  }
}

/** Says what was broken, and by how little. */
async function tell({ plan, violations }: Broken): Promise<void> {
  say(`\nSeed ${plan.seed} breaks a promise:`);
  for (const violation of violations.slice(0, violationsShownMax)) say(`  ${violation}`);
  if (options.bail || isStopped) return;
  say(`Looking for a shorter history, for ${shrinkMsMax / 1000} s at most ...`);
  const kind = kindOf(violations[0] ?? '');
  const violationsOf = async (smaller: Plan) =>
    isStopped ? [] : (await playHistory(smaller)).violations;
  const smallest = await shrink(
    plan,
    async (smaller) => (await violationsOf(smaller)).some((each) => kindOf(each) === kind),
    { triesMax: shrinkTriesMax, msMax: shrinkMsMax, nowMs: () => performance.now() },
  );
  say(`The shortest found has ${smallest.events.length} of ${plan.events.length} events:`);
  for (const violation of (await violationsOf(smallest)).slice(0, violationsShownMax)) {
    say(`  ${violation}`);
  }
  say(`Its plan, for --plan:\n${writePlan(smallest)}`);
}

function parseOptions(parameters: readonly string[]): Options {
  return new Command('npm run simulate --')
    .description(
      'Plays histories with the whole connector in virtual time, and judges each by the promises.',
    )
    .option('--seeds <count>', 'histories to play', wholeNumber, 100)
    .option('--seed <number>', 'the first of their seeds', wholeNumber, 1)
    .option(
      '--hours <hours>',
      'how long tables are written to, instead of some minutes',
      wholeNumber,
    )
    .option('--plan <file>', 'play this plan instead')
    .option('--gaps', 'only histories with gaps that exports are to heal', false)
    .option('--bail', 'stop at the first violation, and look for no shorter history', false)
    .option('--json', 'print one line of JSON on stdout, and all else on stderr', false)
    .option('--verbose', "print the connector's log on stderr", false)
    .parse([...parameters], { from: 'user' })
    .opts<Options>();
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
