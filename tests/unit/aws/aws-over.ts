import { createAws, type Aws } from '../../../connector/aws/aws.ts';
import { parseEndpointConfig } from '../../../connector/config/config.ts';
import type { HttpRequest, HttpResponse } from '../../../connector/host.ts';
import { config, fakeHost } from '../cli/fake-host.ts';
import { retryContext } from './retry-context.ts';

export type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

/** Both ports over a transport that gives these answers, the last one for ever; and what it was sent. */
export async function awsOver(...answers: readonly Answer[]) {
  return await awsAt({}, ...answers);
}

/** The same with options of the endpoint configuration. */
export async function awsAt(options: object, ...answers: readonly Answer[]) {
  const { host, clock } = fakeHost({});
  const sent: HttpRequest[] = [];
  const send = (request: HttpRequest): Promise<HttpResponse> => {
    const [status, body, headers = {}] = answers[Math.min(sent.length, answers.length - 1)]!;
    sent.push(request);
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return Promise.resolve({ status, headers, body: bytes });
  };
  const parsed = parseEndpointConfig({ ...config, ...options });
  const retry = retryContext(clock, { patienceMs: 10_000, throttledPatienceMs: 10_000 });
  const aws = await createAws(parsed, { ...host, http: { send } }, retry);
  const told = () =>
    sent.map(({ hostname, path, headers, body }) => {
      const target = Object.entries(headers).find(
        ([name]) => name.toLowerCase() === 'x-amz-target',
      );
      return [`${hostname}${path}`, target?.[1], Buffer.from(body).toString()];
    });
  /** What a call brings, or the error's name, code and message. */
  const call = async (make: (aws: Aws) => Promise<unknown>) => {
    try {
      const got = await clock.run(make(aws));
      return got instanceof Uint8Array ? Buffer.from(got).toString() : got;
    } catch (error) {
      const { name, code, message, throttlingReasons } = error as Record<string, unknown>;
      return {
        name,
        code,
        message,
        ...(throttlingReasons === undefined ? {} : { throttlingReasons }),
      };
    }
  };
  return { sent, told, call, clock };
}
