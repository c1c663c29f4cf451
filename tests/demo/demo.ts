/** `npm run demo`: see the connector keep its promises, against AWS's own DynamoDB Local or our fake. */

import { existsSync } from 'node:fs';
import pc from 'picocolors';
import { messageOf } from '../../connector/errors.ts';
import { openDynamoDb, type DynamoDbServer } from '../support/dynamodb-local.ts';
import { openFakeDynamoDb } from '../support/fake-process.ts';
import { isConvergent } from '../support/verify.ts';
import { DemoView } from './demo-view.ts';
import { parseDemoOptions, type DemoOptions } from './options.ts';
import { runDemo } from './run.ts';
import { renderSummary } from './summary.ts';

const program = 'dist/main.js';
const backfillSecondsMin = 10;
/** Where `flow.yaml` looks for the tables. */
const keptPort = 8000;

const options = parseDemoOptions(process.argv.slice(2));
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    stop.abort();
  });
}
try {
  process.exitCode = (await demo(options)) ? 0 : 1;
} catch (error) {
  // What was under way when we were asked to stop tells nobody anything.
  const message = stop.signal.aborted ? 'Stopped' : messageOf(error);
  process.stderr.write(`${pc.red('✘')} ${message}\n`);
  process.exitCode = 1;
}

/** True when the collections equal the tables. */
async function demo(options: DemoOptions): Promise<boolean> {
  if (!existsSync(program))
    throw new Error(`There is no ${program}: build it with "npm run build"`);
  const command = [process.execPath, program];
  const view = new DemoView(process.stderr);
  const server = await openServer(options);
  view.say(
    `${pc.bold('source-dynamodb')} · ${server.description} · ${options.items} items · seed ${options.seed}`,
  );
  try {
    const { endpoint } = server;
    const world = { options, endpoint, view, command, backfillSecondsMin };
    const { summary, verdict } = await runDemo(world, stop.signal);
    if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
    else process.stdout.write(`${renderSummary(summary, verdict)}\n`);
    return isConvergent(verdict);
  } finally {
    if (options.keep) sayHowToLook(view, server);
    else await server.stop();
  }
}

function openServer({ keep, fake }: DemoOptions): Promise<DynamoDbServer> {
  if (fake) return openFakeDynamoDb({ isKept: keep, port: keep ? keptPort : 0 });
  return openDynamoDb(
    keep ? { ownerPid: undefined, port: keptPort } : { ownerPid: process.pid, port: 0 },
  );
}

function sayHowToLook(view: DemoView, { endpoint, description, pid }: DynamoDbServer): void {
  const environment = 'AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo AWS_REGION=us-east-1';
  view.say(`The tables are still there, at ${endpoint}. Look at one with`);
  view.say(`  ${environment} \\`);
  view.say(`    aws dynamodb scan --endpoint-url ${endpoint} --table-name orders --max-items 3`);
  if (new URL(endpoint).port === String(keptPort)) {
    view.say('or capture them with');
    view.say('  node dist/main.js pull --until caught-up --reduce');
  }
  if (pid !== undefined) view.say(`End ${description} with: kill ${pid}`);
}
