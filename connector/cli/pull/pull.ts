/** `pull`: captures as Flow would, into a file or a pipe. */

import { onAbort } from '../../async/abort.ts';
import { errorCodes, isConnectorError } from '../../errors.ts';
import type { CommandHost } from '../../host.ts';
import { isStatus, logTo, type Log } from '../../log.ts';
import { noOldImages, repairBegins, repairEnds } from '../../table.ts';
import type { CommandContext } from '../command.ts';
import { exitCodes, reportError } from '../command-error.ts';
import { runLocally } from './local-runtime.ts';
import { withBackfillPlace } from './backfill-place.ts';
import { ProgressMeter } from './progress-meter.ts';
import { progressViewOn, type ProgressView } from './progress-view.ts';
import type { PullOptions } from './pull-options.ts';
import { startPull, type PullRun } from './pull-start.ts';
import { summarize, type PullEnd } from './pull-summary.ts';
import { putRows } from './row-output.ts';

/** As often as a bar has to move to be seen moving. */
const progressIntervalMs = 250;

/** Runs the command and returns its exit code. */
export async function pull(options: PullOptions, context: CommandContext): Promise<number> {
  try {
    const end = await pullUntilEnd(options, context);
    // Without another end, an interrupt is the way to end it.
    const isEarly = end === 'interrupted' && (options.until ?? options.limit) !== undefined;
    return isEarly ? exitCodes.interrupted : exitCodes.ok;
  } catch (error) {
    const isTold = isConnectorError(error) && error.code !== errorCodes.outputClosed;
    // Also while it stops: what could not be kept must be known.
    if (!options.json || !isTold) return reportError(error, context.stderr);
    const { code, message, hint } = error;
    context.stderr.write(`${JSON.stringify({ event: 'error', code, message, hint })}\n`);
    return exitCodes.failed;
  }
}

async function pullUntilEnd(options: PullOptions, context: CommandContext): Promise<PullEnd> {
  const { host, stderr } = context;
  const { clock } = host;
  const startedAtMs = clock.now();
  const view = progressViewOn(stderr, options.json);
  const run = await startPull(options, context, { log: logInto(view, false), view });
  const log = logInto(view, run.saved !== undefined);
  try {
    const end = await runToItsEnd(options, run, { host, log, view }).catch((error: unknown) => {
      throw withBackfillPlace(error, run.capture.bindings);
    });
    const seconds = (clock.now() - startedAtMs) / 1000;
    const { capture, commits, destination } = run;
    const rowCount = destination.kind === 'rows' ? destination.rows.rowCount : undefined;
    summarize({ options, capture, commits, rowCount, end, seconds }, stderr);
    return end;
  } finally {
    await run.release();
  }
}

async function runToItsEnd(
  options: PullOptions,
  run: PullRun,
  surroundings: Surroundings,
): Promise<PullEnd> {
  const { destination, commits } = run;
  const { host, view } = surroundings;
  try {
    await captureAll(options, run, surroundings);
  } finally {
    view.clear();
    // Also what a failed run has come to: the next one goes on from there.
    await commits.saveRows();
    if (destination.kind === 'output') await destination.output.close();
  }
  if (destination.kind === 'rows') {
    const { collections } = run.capture;
    await putRows(destination.rows.rows(), { ...options, collections }, host);
  }
  if (commits.hasEnough) return 'limit';
  return host.stop.aborted ? 'interrupted' : (options.until ?? 'ended');
}

interface Surroundings {
  readonly host: CommandHost;
  readonly log: Log;
  readonly view: ProgressView;
}

async function captureAll(
  options: PullOptions,
  { capture, saved, commits }: PullRun,
  { host, log, view }: Surroundings,
): Promise<void> {
  const meter = new ProgressMeter();
  const ignoreStop = onAbort(host.stop, () => {
    view.say('Stopping at the next checkpoint; Ctrl-C again ends at once.');
  });
  try {
    await runLocally({
      host,
      log,
      capture,
      state: saved?.state ?? {},
      end: options.until ?? 'never',
      watch: {
        intervalMs: progressIntervalMs,
        onProgress: (tables) => {
          const bytes = commits.counts.map((counts) => counts.bytes);
          const sample = { atMs: host.clock.now(), tables, bytes };
          view.progress(meter.measure({ ...sample, documents: commits.documentCount }));
        },
      },
      commit: (batches) => commits.commit(batches),
    });
  } finally {
    ignoreStop();
  }
}

/** What is worth a line though it is no warning. */
const news = new Set([repairBegins, repairEnds]);

/** What a state's first run has said of a table is not said again. */
function logInto(view: ProgressView, isContinued: boolean): Log {
  return logTo((event) => {
    if (isContinued && event.message === noOldImages) return;
    if (isStatus(event)) view.status(event.message);
    else if (event.level === 'warn' || event.level === 'error' || news.has(event.message)) {
      view.warn(event);
    }
  });
}
