/** Between the connector and the service: where calls are seen, held, and answered otherwise. */

import type { Clock, HttpRequest, HttpResponse, HttpTransport } from '../../connector/host.ts';

export interface Call {
  /** For instance `Scan`. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

/** Makes the answer to a call; `forward` is what the service says. */
export type Intercept = (call: Call, forward: () => Promise<HttpResponse>) => Promise<HttpResponse>;

/** The connector's way out, as a transport and a clock, each use of which is a step. */
export class Wire {
  readonly transport: HttpTransport;
  readonly clock: Clock;
  /** May be changed at any time. */
  intercept: Intercept | undefined;
  /** Steps taken: the beginnings and ends of all waits of the connector. */
  steps = 0;
  /** The connector dies at this one. */
  deathStep = Infinity;
  onDeath: () => void = () => undefined;
  /** What becomes of a wait; in stories of weeks, waits that matter to nothing else can be longer. */
  stretched: (ms: number) => number = (ms) => ms;

  constructor(service: HttpTransport, clock: Clock, intercept: Intercept | undefined) {
    this.intercept = intercept;
    this.transport = {
      send: async (request, timeoutMs, signal) => {
        this.step();
        const forward = () => service.send(request, timeoutMs, signal);
        const { intercept } = this;
        const response = await (intercept === undefined
          ? forward()
          : intercept(callOf(request, clock.now()), forward));
        this.step();
        return response;
      },
    };
    this.clock = {
      now: () => clock.now(),
      sleep: async (ms, signal) => {
        this.step();
        await clock.sleep(this.stretched(ms), signal);
        this.step();
      },
    };
  }

  step(): void {
    this.steps += 1;
    if (this.steps === this.deathStep) this.onDeath();
  }
}

function callOf({ headers, body }: HttpRequest, atMs: number): Call {
  const target = Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-amz-target');
  const operation = (target?.[1] ?? '').replace(/^.*\./, '');
  const text = typeof body === 'string' ? body : Buffer.from(body).toString();
  return { operation, body: JSON.parse(text) as Call['body'], atMs };
}

/** What the service refuses a call with. */
export function refusal(name: string, message: string): HttpResponse {
  const text = JSON.stringify({
    __type: `com.amazonaws.dynamodb.v20120810#${name}`,
    message,
  });
  return { status: 400, headers: {}, body: Buffer.from(text) };
}

/** A gate that holds what passes it until it is opened. */
export class Gate {
  readonly #opened: Promise<void>;
  /** How many wait at it. */
  waiting = 0;
  open: () => void = () => undefined;

  constructor() {
    this.#opened = new Promise((resolve) => (this.open = resolve));
  }

  async pass(): Promise<void> {
    this.waiting += 1;
    await this.#opened;
    this.waiting -= 1;
  }
}
