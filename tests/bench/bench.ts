/** Measures a capture connector, ours or any other: `npm run bench`. */

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { comparisonTable, runByTurns, type Comparison } from './against.ts';
import { drainRole } from './drain.ts';
import { floorRole } from './floor.ts';
import { parseBenchOptions } from './options.ts';
import { machineText, printReport, writeComparisons, writeResults } from './report.ts';
import { playRole } from './role-process.ts';
import { groups, type Group } from './groups.ts';
import { fakeRole } from './fake-server.ts';
import { latencyRole } from './latency-drain.ts';
import type { Result } from './scenarios.ts';
import { serveRole } from './static-server.ts';
import { transcodeRole } from './transcode-role.ts';

const roles = {
  drain: drainRole,
  fake: fakeRole,
  floor: floorRole,
  latency: latencyRole,
  server: serveRole,
  transcode: transcodeRole,
};

if (!playRole(roles)) {
  const options = parseBenchOptions(process.argv.slice(2));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const results: Result[] = [];
  const comparisons: Comparison[] = [];
  try {
    const { scenarios }: Group = groups[options.group];
    for (const scenario of scenarios.filter(({ name }) => options.isWanted(name))) {
      process.stderr.write(`${scenario.name} …\n`);
      const { against } = options;
      if (against === undefined) results.push(await scenario.run({ ...options, folder }));
      else comparisons.push(await runByTurns(scenario, { ...options, folder }, against));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (options.against === undefined) {
    printReport(results, options);
    if (options.save) writeResults(results, options);
  } else {
    const text = options.json
      ? JSON.stringify(comparisons, null, 2)
      : `${comparisonTable(comparisons)}\n${machineText()}`;
    process.stdout.write(`${text}\n`);
    if (options.save) writeComparisons(comparisons, options);
  }
}
