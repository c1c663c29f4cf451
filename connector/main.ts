#!/usr/bin/env node
/** The edge: the real host in, an exit code out. */

import './silence.ts';
import './stop-signal.ts';
import { setFlagsFromString } from 'node:v8';

// V8 lets garbage grow to several times of what is in use: with thousands of shards, whose waits outlive young
// garbage, to 350 MiB instead of 180, at the same CPU time.
setFlagsFromString('--heap-growing-percent=40');

// Loaded now, so that nothing is before the two effects above: a stop that is asked for meanwhile must be heard.
const [{ runCommandLine }, { processHost }] = await Promise.all([
  import('./cli/cli.ts'),
  import('./process-host/process-host.ts'),
]);
process.exitCode = await runCommandLine(process.argv.slice(2), processHost());

// Everything written has to be out before the process ends; then nothing may hold it, such as an open stdin.
// A reader that has stopped reading must not hold it either: what was answered was taken before.
const flushMsMax = 1000;
const flushed = [process.stdout, process.stderr].map(
  (stream) => new Promise((resolve) => stream.write('', resolve)),
);
await Promise.race([
  Promise.all(flushed),
  new Promise((resolve) => setTimeout(resolve, flushMsMax)),
]);
process.exit();
