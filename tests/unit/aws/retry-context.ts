import type { CallSubject, RetryContext } from '../../../connector/aws/aws.ts';
import type { Clock } from '../../../connector/host.ts';
import { createLog, type Log } from '../../../connector/log.ts';

export const never = new AbortController().signal;

/** A log that keeps what it is told, parsed, without times. */
export function collectedLog(clock: Clock): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    const { level, message, fields } = JSON.parse(line) as Record<string, unknown>;
    lines.push({ level, message, fields });
  };
  return { log: createLog({ write, clock, level: 'trace', format: 'json' }), lines };
}

/** Patience as a running capture has it, and no luck: each wait is its full length. */
export function retryContext(clock: Clock, given: Partial<RetryContext> = {}): RetryContext {
  return {
    clock,
    random: () => 1,
    log: collectedLog(clock).log,
    patienceMs: 300_000,
    throttledPatienceMs: Infinity,
    reportedAtMs: new Map(),
    ...given,
  };
}

export const subject: CallSubject = {
  action: 'dynamodb:Scan',
  resource: 'table "orders"',
  endpoint: 'region us-east-1',
};

export const connectionError = (code: string) => Object.assign(new Error(`no: ${code}`), { code });

/** What a promise brings: its value, or the message of what it throws. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return (error as Error).message;
  }
}
