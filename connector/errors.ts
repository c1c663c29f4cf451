/** The two kinds of error: what can happen to a user, and what cannot happen at all. */

/** Every way a capture can end that is not a bug. The list is the documentation. */
export const errorCodes = {
  /** The endpoint or resource configuration is not valid; the message names the path in it. */
  configInvalid: 'config-invalid',
  /** A request on stdin is not a Flow capture request. */
  protocolInvalid: 'protocol-invalid',
  /** The state handed over by `open` is not a state of this connector. */
  stateInvalid: 'state-invalid',
  /** No credentials, or AWS does not accept them. */
  credentialsInvalid: 'credentials-invalid',
  /** Temporary credentials ran out and no new ones can be had; a restart gets new ones. */
  credentialsExpired: 'credentials-expired',
  /** The identity lacks a permission; the message names action and resource. */
  permissionDenied: 'permission-denied',
  /** The endpoint cannot be reached. */
  endpointUnreachable: 'endpoint-unreachable',
  /** The table does not exist in this region and account. */
  tableMissing: 'table-missing',
  /** The table exists but is not ready to be captured, for instance because it is being deleted. */
  tableNotActive: 'table-not-active',
  /** The table has no enabled stream, or one without new images. */
  streamUnusable: 'stream-unusable',
  /** Discovery found no table that can be captured. */
  nothingToCapture: 'nothing-to-capture',
  /** Stream records were lost before they were read; the binding must be backfilled again. */
  dataLoss: 'data-loss',
  /** A repair cannot get the exports it needs: a bucket, a key or a permission is missing. */
  exportFailed: 'export-failed',
  /** AWS kept failing beyond what patience allows. */
  awsUnavailable: 'aws-unavailable',
  /** AWS takes a request for wrong, and always will: an endpoint that is not quite DynamoDB, or a bug of ours. */
  requestRefused: 'request-refused',
  /** AWS answered something that is not a valid response. */
  responseInvalid: 'response-invalid',
  /** The capture was split over several shards, which DynamoDB captures do not support. */
  splitUnsupported: 'split-unsupported',
  /** A flow.yaml, or a file that it names, is missing, is not valid YAML, or lacks something; see its line. */
  flowFileInvalid: 'flow-file-invalid',
  /** Collections that are to be reduced in memory do not fit there. */
  collectionTooLarge: 'collection-too-large',
  /** A file cannot be read or written. */
  fileUnusable: 'file-unusable',
  /** The reader of our output went away. */
  outputClosed: 'output-closed',
} as const;

export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes];

/** Something that can happen in operation, said in one sentence, with a hint what to do about it. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ErrorCode;
  /** What the operator can do about it: one sentence, or a command. */
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** Trouble with all of AWS rather than with one table: told once, and for every table. */
const sharedCodes = new Set<ErrorCode>([
  errorCodes.credentialsExpired,
  errorCodes.credentialsInvalid,
  errorCodes.endpointUnreachable,
  // That of AWS_CA_BUNDLE: tables know no other.
  errorCodes.fileUnusable,
]);

/** True for an error that every table would have. */
export function concernsAllTables({ code }: Pick<ConnectorError, 'code'>): boolean {
  return sharedCodes.has(code);
}

/** States what cannot be otherwise. A failure is a bug of ours, and ends the process. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}

/** True for a `ConnectorError`, also one that crossed a realm or a bundle chunk. */
export function isConnectorError(error: unknown): error is ConnectorError {
  return nameOf(error) === 'ConnectorError';
}

/** True for a call that AWS refused, also where a bundle holds the error's class twice: known by what only it has. */
export function isAwsRefusal(error: unknown): boolean {
  return memberOf(error, 'throttlingReasons') !== undefined;
}

/** The error and its remedy, as a user reads them. AWS's own sentences end with a full stop, ours do not. */
export function sentencesOf({ message, hint }: ConnectorError): string {
  return hint === undefined ? message : `${message.replace(/\.$/, '')}. ${hint}`;
}

/** The name of anything thrown; foreign errors are told apart by it, never by `instanceof`. */
export function nameOf(error: unknown): string {
  return stringMember(error, 'name') ?? typeof error;
}

/** The `code` of anything thrown (`ECONNREFUSED` and the like), if it has one. */
export function codeOf(error: unknown): string | undefined {
  return stringMember(error, 'code');
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return stringMember(error, 'message') ?? String(error);
}

/** Where anything was thrown, if it tells. */
export function stackOf(error: unknown): string | undefined {
  return stringMember(error, 'stack');
}

function stringMember(error: unknown, member: string): string | undefined {
  const value = memberOf(error, member);
  return typeof value === 'string' ? value : undefined;
}

/** A member of anything thrown. */
export function memberOf(error: unknown, member: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, member) : undefined;
}

/**
 * Several problems in one message, so that a user fixes all of them in one go: the one problem itself, or a heading that counts them and a line for each.
 * Problems end without a full stop.
 */
export function listProblems(
  problems: readonly string[],
  heading: (count: number) => string,
): string {
  const [first = '', ...others] = problems;
  if (others.length === 0) return first;
  return [heading(problems.length), ...problems.map((problem) => `- ${problem}`)].join('\n');
}
