/** From `open` to a running capture, and to its end. */

import type { OpenRequest, Request } from '../../protocol/requests.ts';
import { onAbort, untilAborted } from '../async/abort.ts';
import { Emitter, runCapture, type CaptureEnd, type TableBinding } from '../capture/capture.ts';
import {
  parseEndpointConfig,
  parseResourceConfigs,
  type EndpointConfig,
} from '../config/config.ts';
import { sourcedSchema } from '../discovery/discovery.ts';
import { ConnectorError, errorCodes, isConnectorError, messageOf } from '../errors.ts';
import { loadState, pruningPatch } from '../state/state.ts';
import type { Clock } from '../host.ts';
import { connect, patienceOfCaptures } from './connect.ts';
import type { Session } from './session-context.ts';

/** Credentials that expire sooner after the start were not good in the first place. */
const credentialsLifeMsMin = 60_000;
const keyMax = 2 ** 32 - 1;
/** Tasks end at once when asked to; only a reader of our output that stands still can hold them for longer. */
const stopMsMax = 3_000;

/** Captures until the input ends, the host asks to stop, or the capture is done. */
export async function open(
  request: OpenRequest,
  session: Session,
  requests: AsyncGenerator<Request>,
): Promise<void> {
  const { host, log, codec } = session;
  const config = parseEndpointConfig(request.capture.config);
  assertWholeRange(request.range);
  const unread = bindingsOf(request);
  const state = loadState(request.state, new Set(unread.map(({ stateKey }) => stateKey)));
  const bindings = unread.map((each) => ({ ...each, state: state.tables.get(each.stateKey) }));
  await host.output.write([codec.encode({ kind: 'opened', explicitAcknowledgements: false })]);

  const emitter = new Emitter(host.output, (updated) =>
    codec.encode({ kind: 'checkpoint', state: { updated, mergePatch: true } }),
  );
  const pruning = pruningPatch(state.unboundKeys);
  if (pruning !== undefined) await emitter.emit({ frames: [], patch: pruning });

  const stop = new AbortController();
  const stopped = new Error('The capture was asked to stop');
  const endCapture = () => {
    stop.abort(stopped);
  };
  const ignoreHost = onAbort(host.stop, endCapture);
  // The runtime closes our input when it is done with us; until then it may only acknowledge.
  const input = drain(requests).then(endCapture, (error: unknown) => {
    stop.abort(error);
  });
  const startedAtMs = host.clock.now();
  try {
    const running = capture(session, config, bindings, state.lastEpoch, emitter, stop.signal);
    await orLeftBehind(running, stop.signal, host.clock);
  } catch (error) {
    if (error === stopped) {
      log.info('Stopped');
    } else if (mayRestart(error, config, host.clock.now() - startedAtMs)) {
      log.warn('Ending so that the capture is restarted with fresh credentials', {
        error: messageOf(error),
      });
    } else {
      throw error;
    }
  } finally {
    ignoreHost();
  }
  void input;
}

async function capture(
  { host, log, codec, watch, end = endOf(host.environment) }: Session,
  config: EndpointConfig,
  bindings: readonly TableBinding[],
  lastEpoch: string | undefined,
  emitter: Emitter,
  signal: AbortSignal,
): Promise<void> {
  if (bindings.length === 0) {
    log.status('Capture started, no bindings are enabled');
    if (end !== 'never') return;
    await untilAborted(signal);
  }
  const aws = await connect(config, { host, log }, patienceOfCaptures);
  await runCapture(
    {
      aws,
      config,
      clock: aws.clock,
      log,
      emitter,
      documentFraming: (binding) => codec.documentFraming(binding),
      sourcedSchema: (binding, key, locations) =>
        codec.encode({
          kind: 'sourcedSchema',
          binding,
          documentSchema: sourcedSchema(key, locations),
        }),
      lastEpoch,
      end,
      watch,
    },
    bindings,
    signal,
  );
  log.status(end === 'backfilled' ? 'Backfilled' : 'Backfilled and caught up');
}

function endOf(environment: Session['host']['environment']): CaptureEnd {
  return environment['SHUTDOWN_AFTER_POLLING'] === 'yes' ? 'caught-up' : 'never';
}

/** What becomes of the work; when it does not end soon after the signal, the signal's reason. */
async function orLeftBehind(work: Promise<void>, signal: AbortSignal, clock: Clock): Promise<void> {
  const ended = new AbortController();
  const overdue = new Promise<never>((_, reject) => {
    onAbort(signal, (reason) => {
      clock.sleep(stopMsMax, ended.signal).then(
        () => {
          reject(reason);
        },
        () => undefined,
      );
    });
  });
  try {
    await Promise.race([work, overdue]);
  } finally {
    ended.abort();
  }
}

async function drain(requests: AsyncGenerator<Request>): Promise<void> {
  for await (const { kind } of requests) {
    if (kind === 'acknowledge') continue;
    throw new ConnectorError(errorCodes.protocolInvalid, `Request "${kind}" came after "open"`);
  }
}

/** The bindings, whose state is yet to be read. */
function bindingsOf({ capture: { bindings } }: OpenRequest): Omit<TableBinding, 'state'>[] {
  const resources = parseResourceConfigs(bindings.map(({ resourceConfig }) => resourceConfig));
  return resources.map((resource, index) => {
    const twin = resources.findIndex(({ table }) => table === resource.table);
    if (twin < index) {
      throw new ConnectorError(
        errorCodes.configInvalid,
        `bindings[${twin}] and bindings[${index}] both capture table "${resource.table}"`,
        { hint: 'Remove one of them.' },
      );
    }
    const { stateKey = '', resourcePath = [] } = bindings[index] ?? {};
    // Runtimes that know no state key get the one they would have made.
    const key = stateKey === '' ? resourcePath.join('%2F') : stateKey;
    return { index, stateKey: key, resource };
  });
}

/** A shard's stream and scan cannot be told apart by key range, so one process captures all of it. */
function assertWholeRange({ keyBegin, keyEnd }: OpenRequest['range']): void {
  if (keyBegin === 0 && keyEnd === keyMax) return;
  throw new ConnectorError(
    errorCodes.splitUnsupported,
    'Cannot capture a part of the key range: the capture task was split over several shards',
    { hint: 'Join the shards of the task again; a DynamoDB capture runs as one.' },
  );
}

/** Tokens that Flow injected last twelve hours: a new session gets new ones. */
function mayRestart(error: unknown, config: EndpointConfig, aliveMs: number): boolean {
  return (
    isConnectorError(error) &&
    error.code === errorCodes.credentialsExpired &&
    config.credentials.kind === 'session' &&
    aliveMs >= credentialsLifeMsMin
  );
}
