/** Serves the protocol on stdin and stdout; nothing else ever goes to stdout. */

import { codecNamed } from '../../protocol/codec.ts';
import {
  ConnectorError,
  errorCodes,
  isAwsRefusal,
  isConnectorError,
  messageOf,
  nameOf,
  sentencesOf,
  stackOf,
} from '../errors.ts';
import type { Host } from '../host.ts';
import { createLog, parseLogFormat, parseLogLevel } from '../log.ts';
import { runSession } from '../session/session.ts';

/** Runs one session and returns the process's exit code. The last line logged is the user's error. */
export async function serve(host: Host): Promise<number> {
  const { environment, clock, logLine } = host;
  const log = createLog({
    write: logLine,
    clock,
    level: parseLogLevel(environment['LOG_LEVEL']),
    format: parseLogFormat(environment['LOG_FORMAT']),
  });
  try {
    const codec = await codecNamed(environment['FLOW_RUNTIME_CODEC']).catch((error: unknown) => {
      throw new ConnectorError(errorCodes.configInvalid, messageOf(error));
    });
    await runSession({ host, log, codec });
    return 0;
  } catch (error) {
    log.error(...lastWords(error));
    return 1;
  }
}

/** Message and fields of the line that the user gets to see: for a bug of ours, with what we need to find it. */
function lastWords(error: unknown): [string, Record<string, unknown>] {
  if (isConnectorError(error)) {
    const { code, cause } = error;
    return [
      sentencesOf(error),
      { code, ...(cause === undefined ? {} : { cause: messageOf(cause) }) },
    ];
  }
  if (isAwsRefusal(error)) {
    return [`AWS refused a request: ${nameOf(error)}: ${messageOf(error)}`, {}];
  }
  const stack = stackOf(error) ?? '';
  return [`Unexpected error, a bug: ${nameOf(error)}: ${messageOf(error)}`, { stack }];
}
