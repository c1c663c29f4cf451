import type { Host, HttpTransport } from '../../../connector/host.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** What an AWS call is answered: a status and a JSON body. */
export type Answers = (action: string, input: unknown) => readonly [number, unknown];

export const noAnswers: Answers = (action) => [500, { __type: `x#Unexpected${action}` }];

/** A transport that answers in this process, and tells what it was sent. */
export function answering(answers: Answers): HttpTransport & { readonly sent: [string, string][] } {
  const sent: [string, string][] = [];
  return {
    sent,
    async send({ headers, body }, _timeoutMs, signal) {
      await Promise.resolve();
      signal.throwIfAborted();
      const target = headers['x-amz-target'] ?? headers['X-Amz-Target'] ?? '';
      const text = Buffer.from(body).toString();
      const action = target.slice(target.indexOf('.') + 1);
      sent.push([action, text]);
      const [status, answer] = answers(action, JSON.parse(text));
      const headersBack = { 'content-type': 'application/x-amz-json-1.0' };
      return { status, headers: headersBack, body: Buffer.from(JSON.stringify(answer)) };
    },
  };
}

export interface FakeHostOptions {
  /** Lines on stdin; `end` is false where the runtime keeps it open. */
  readonly input?: readonly string[];
  readonly end?: boolean;
  readonly answers?: Answers;
  readonly environment?: Host['environment'];
  /** Writes that the reader of stdout takes; all others wait for ever. */
  readonly writesTaken?: number;
}

/** A process in memory. */
export function fakeHost(options: FakeHostOptions) {
  const clock = new FakeClock(Date.UTC(2026, 7, 21, 10));
  const stop = new AbortController();
  const written: string[] = [];
  const logged: Record<string, unknown>[] = [];
  async function* input() {
    for (const line of options.input ?? []) yield await Promise.resolve(Buffer.from(`${line}\n`));
    if (options.end === false) await new Promise(() => undefined);
  }
  const host: Host = {
    input: input(),
    output: {
      write: (pieces) => {
        written.push(Buffer.concat(pieces).toString());
        const isTaken = written.length <= (options.writesTaken ?? Infinity);
        return isTaken ? Promise.resolve() : new Promise(() => undefined);
      },
    },
    logLine: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>),
    clock,
    random: () => 0.5,
    environment: options.environment ?? {},
    http: answering(options.answers ?? noAnswers),
    stop: stop.signal,
  };
  return { host, clock, stop, written, logged };
}

export const config = {
  region: 'us-east-1',
  credentials: {
    auth_type: 'AWSAccessKey',
    aws_access_key_id: 'AKID',
    aws_secret_access_key: 'secret',
  },
};
