/** The way to AWS, with as much patience as somebody has. */

import { createAws, type Aws } from '../aws/aws.ts';
import type { EndpointConfig } from '../config/config.ts';
import type { Session } from './session-context.ts';

/** How long trouble may last before it is an answer. */
export interface AwsPatience {
  readonly patienceMs: number;
  readonly throttledPatienceMs: number;
}

/** An outage of AWS that a capture sits out; throttling is none. */
export const patienceOfCaptures: AwsPatience = {
  patienceMs: 300_000,
  throttledPatienceMs: Infinity,
};
/** A person waits for these answers, in the app. */
export const patienceOfRequests: AwsPatience = { patienceMs: 15_000, throttledPatienceMs: 15_000 };
/** A person waits at a terminal, and would rather know. */
export const patienceOfPeople: AwsPatience = { patienceMs: 2_000, throttledPatienceMs: 30_000 };

export function connect(
  config: EndpointConfig,
  { host, log }: Pick<Session, 'host' | 'log'>,
  patience: AwsPatience,
): Promise<Aws> {
  const { clock, random } = host;
  return createAws(config, host, { clock, random, log, ...patience, reportedAtMs: new Map() });
}
