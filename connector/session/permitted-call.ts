/** Calls that are made for the sake of their permission. */

import { remedyOf, withRetry, type Aws, type CallSubject } from '../aws/aws.ts';

/** Throws when the call may not be made: throttling is an answer too, and comes after that check. */
export async function permitted(
  aws: Aws,
  subject: CallSubject,
  call: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const callUnlessThrottled = () =>
    call().catch((error: unknown) => {
      if (remedyOf(error) !== 'throttled') throw error;
    });
  await withRetry(aws.retry, subject, callUnlessThrottled, signal);
}
