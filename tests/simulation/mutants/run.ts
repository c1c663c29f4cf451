/** `npm run mutants`: breaks the connector in every way listed, and shows that the simulation finds each. */

import { spawn } from 'node:child_process';
import path from 'node:path';
import { Command } from 'commander';
import Table from 'cli-table3';
import { bundleSimulation } from './mutate.ts';
import { mutants, type Mutant } from './mutants.ts';

const outdir = 'build/mutants';
/** Histories that a mutant may survive, and the time they may take, before it counts as not found. */
const seedsMax = 2000;
const huntSecondsMax = 180;
/** What a history may take to end, once it is asked to be the last; one that takes longer proves nothing. */
const graceMs = 60_000;

interface Hunt {
  readonly mutant: string;
  /** Kinds of broken promises; empty when the mutant was not found. */
  readonly caughtBy: readonly string[];
  readonly histories: number;
  readonly seed: number | undefined;
  readonly seconds: number;
}

const { only, seconds, json } = new Command('npm run mutants --')
  .description('Plays histories with a broken connector, one breakage after the other.')
  .option('--only <text>', 'only mutants whose names contain this text')
  .option('--seconds <seconds>', 'for each mutant', String(huntSecondsMax))
  .option('--json', 'print one line of JSON on stdout, and all else on stderr', false)
  .parse()
  .opts<{ only?: string; seconds: string; json: boolean }>();
const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
});
const chosen = mutants.filter(({ name }) => name.includes(only ?? ''));
// All before the first hunt: one that is out of date is told at once.
for (const mutant of chosen) await bundleSimulation(fileOf(mutant), mutant);
const hunts: Hunt[] = [];
for (const mutant of chosen) {
  const found = await hunt(mutant);
  if (stop.signal.aborted) break;
  hunts.push(found);
  process.stderr.write(`${line(found)}\n`);
}
const survivors = hunts.filter(({ caughtBy }) => caughtBy.length === 0);
process.stdout.write(
  json
    ? `${JSON.stringify({ mutants: hunts.length, survivors: survivors.length, hunts })}\n`
    : `${table()}\n`,
);
process.exitCode = survivors.length === 0 && hunts.length > 0 ? 0 : 1;

async function hunt(mutant: Mutant): Promise<Hunt> {
  const beganMs = performance.now();
  const output = await outputOf(mutant);
  const name = {
    mutant: mutant.name,
    seconds: Math.round((performance.now() - beganMs) / 100) / 10,
  };
  if (output === '') return { ...name, caughtBy: [], histories: 0, seed: undefined };
  const { histories, violationKinds, first } = JSON.parse(output) as {
    readonly histories: number;
    readonly violationKinds: Readonly<Record<string, number>>;
    readonly first?: { readonly seed: number };
  };
  return { ...name, caughtBy: Object.keys(violationKinds), histories, seed: first?.seed };
}

function fileOf({ name }: Mutant): string {
  return path.join(outdir, `${name.replace(/\W+/g, '-')}.js`);
}

/** What a simulation prints; nothing when it has to be killed. Rejects when it ends without a word. */
function outputOf(mutant: Mutant): Promise<string> {
  const file = fileOf(mutant);
  const kind = mutant.hasGaps === true ? ['--gaps'] : [];
  return new Promise((resolve, reject) => {
    const flags = ['--seeds', String(seedsMax), '--bail', '--json', ...kind];
    const child = spawn(process.execPath, [file, ...flags], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    let isHanging = false;
    const timers = [
      setTimeout(() => child.kill('SIGINT'), Number(seconds) * 1000),
      setTimeout(
        () => {
          isHanging = child.kill('SIGKILL');
        },
        Number(seconds) * 1000 + graceMs,
      ),
    ];
    const onStop = () => child.kill('SIGKILL');
    stop.signal.addEventListener('abort', onStop, { once: true });
    child.once('close', (code, signal) => {
      timers.forEach(clearTimeout);
      stop.signal.removeEventListener('abort', onStop);
      if (output !== '' || isHanging || stop.signal.aborted) resolve(output);
      else reject(new Error(`${file} ended with ${code ?? signal ?? 0} and said nothing`));
    });
  });
}

function line({ mutant, caughtBy, histories, seconds }: Hunt): string {
  const verdict = caughtBy.length === 0 ? 'SURVIVES' : `caught by ${caughtBy.join(', ')}`;
  return `${mutant}: ${verdict}, after ${histories} histories, ${seconds} s`;
}

function table(): string {
  const cells = new Table({
    head: ['mutant', 'caught by', 'histories', 'seconds'],
    style: { head: [], border: [] },
  });
  for (const { mutant, caughtBy, histories, seconds } of hunts) {
    cells.push([mutant, caughtBy.join(', ') || 'SURVIVES', histories, seconds]);
  }
  return cells.toString();
}
