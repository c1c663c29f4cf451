/** The fake as a transport: no sockets, only the clock. */

import type { Clock, HttpRequest, HttpResponse, HttpTransport } from '../../../connector/host.ts';
import type { Exchange, Outcome, Service } from './service.ts';

/** A transport that speaks to the service in this process and waits on the clock. */
export function inProcessTransport(service: Service, clock: Clock): HttpTransport {
  return {
    async send(
      request: HttpRequest,
      timeoutMs: number,
      signal: AbortSignal,
    ): Promise<HttpResponse> {
      signal.throwIfAborted();
      const exchange = service.begin({ ...request, headers: lowerCased(request.headers) });
      const outcome = await outcomeOf(service, exchange, { clock, timeoutMs, signal });
      if (outcome.type === 'response') return outcome.response;
      throw connectionError('ECONNRESET', 'socket hang up');
    },
  };
}

interface Patience {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function outcomeOf(
  service: Service,
  exchange: Exchange,
  { clock, timeoutMs, signal }: Patience,
): Promise<Outcome> {
  const isLate = exchange.delayMs > timeoutMs;
  try {
    await clock.sleep(isLate ? timeoutMs : exchange.delayMs, signal);
  } catch (error) {
    service.abandon(exchange);
    throw error;
  }
  if (!isLate) return service.finish(exchange);
  service.abandon(exchange);
  throw connectionError('ETIMEDOUT', `No response within ${timeoutMs} ms`);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

const connectionError = (code: string, message: string) =>
  Object.assign(new Error(message), { code });
