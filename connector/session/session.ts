/** One session with Flow's runtime: requests in, each answered by its handler. */

import type { Request } from '../../protocol/requests.ts';
import type { Response } from '../../protocol/responses.ts';
import { orAborted } from '../async/abort.ts';
import type { Aws } from '../aws/aws.ts';
import type { EndpointConfig } from '../config/config.ts';
import { ConnectorError, errorCodes, messageOf, nameOf } from '../errors.ts';
import type { PublishedCollection } from './published.ts';
import type { Session } from './session-context.ts';
import { spec } from './spec.ts';

export type { CaptureEnd, ProgressWatch, WatchedTable } from '../capture/capture.ts';
export type { Session } from './session-context.ts';
export { spec } from './spec.ts';
export type { Recovery } from './check-repair.ts';
export type { CheckedBinding, CheckedCapture, ShardCount } from './checked-capture.ts';
export type { DiscoveredTable, DiscoveredTables } from './discovered-tables.ts';

/** What commands for people ask of AWS; loaded when one does, since no session needs it. */
export const loadCheckedCapture = () => import('./checked-capture.ts');
export const loadDiscoveredTables = () => import('./discovered-tables.ts');

/**
 * Serves requests until the input ends, the host asks to stop, or a capture ends. Throws what the user is to
 * know; a stop is not an error.
 */
export async function runSession(session: Session): Promise<void> {
  const { host, codec } = session;
  const requests = codec.requests(host.input);
  try {
    for (;;) {
      const next = await orStopped(host.stop, requests.next());
      if (next === undefined || next.done === true) return;
      const request = next.value;
      if (request.kind === 'open') {
        const { open } = await import('./open.ts');
        await open(request, session, requests);
        return;
      }
      const response = await orStopped(host.stop, answer(request, session));
      if (response === undefined) return;
      await orStopped(host.stop, host.output.write([codec.encode(response)]));
    }
  } catch (error) {
    if (nameOf(error) !== 'ProtocolError') throw error;
    throw new ConnectorError(errorCodes.protocolInvalid, messageOf(error), { cause: error });
  }
}

async function answer(
  request: Exclude<Request, { kind: 'open' }>,
  session: Session,
): Promise<Response> {
  const { host, log } = session;
  switch (request.kind) {
    case 'spec':
      return spec();
    case 'discover': {
      const { parseEndpointConfig } = await import('../config/config.ts');
      const config = parseEndpointConfig(request.config);
      const { discover } = await import('./discover.ts');
      const { createdAt } = request;
      const aws = await connectFor(config, session);
      return discover(aws, { ...config, createdAt }, log, host.stop);
    }
    case 'validate': {
      log.status('Validating capture configuration');
      const { parseEndpointConfig, parseResourceConfigs } = await import('../config/config.ts');
      const config = parseEndpointConfig(request.config);
      const bindings = parseResourceConfigs(request.bindings.map((each) => each.resourceConfig));
      const { validate } = await import('./validate.ts');
      const paths = await validate(
        bindings,
        await connectFor(config, session),
        log,
        host.stop,
        config,
      );
      return { kind: 'validated', bindings: paths.map((resourcePath) => ({ resourcePath })) };
    }
    case 'apply':
      return { kind: 'applied', actionDescription: '' };
    case 'acknowledge':
      throw new ConnectorError(
        errorCodes.protocolInvalid,
        'Request "acknowledge" came before "open"',
      );
  }
}

/** What discovery would publish for bindings: their collections' keys and schemas. */
export async function publishedCollections(
  config: unknown,
  resources: readonly unknown[],
  session: Pick<Session, 'host' | 'log'>,
): Promise<PublishedCollection[]> {
  const { parseEndpointConfig, parseResourceConfigs } = await import('../config/config.ts');
  const parsed = parseEndpointConfig(config);
  const bindings = parseResourceConfigs(resources);
  const published = await import('./published.ts');
  const aws = await connectFor(parsed, session);
  return published.publishedCollections(parsed, bindings, aws, session.host.stop);
}

/** Loaded late, with all of AWS: `spec` needs none of it. */
async function connectFor(
  config: EndpointConfig,
  session: Pick<Session, 'host' | 'log'>,
): Promise<Aws> {
  const { connect, patienceOfRequests } = await import('./connect.ts');
  return connect(config, session, patienceOfRequests);
}

/** What the promise brings, or undefined when the host asks to stop first. */
async function orStopped<T>(stop: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  if (stop.aborted) return undefined;
  try {
    return await orAborted<T>(stop, (resolve, reject) => {
      promise.then(resolve, reject);
    });
  } catch (error) {
    if (hasAborted(stop)) return undefined;
    throw error;
  }
}

/** Asked anew: what was checked before an `await` is not known after it. */
const hasAborted = (signal: AbortSignal) => signal.aborted;
