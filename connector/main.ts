#!/usr/bin/env node
/** The edge: the real host in, an exit code out. */

import { processHost } from './process-host.ts';

// Whatever a dependency prints must not get into the protocol, nor become the last line on stderr.
console.log = console.info = console.debug = console.warn = console.error = () => undefined;
process.removeAllListeners('warning');
process.on('warning', () => undefined);

const { runCommandLine } = await import('./cli/cli.ts');
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
