/** Errors as AWS answers them: a name with its namespace, a status, a message. */

// Coral is the framework in front of the services; what it answers itself bears its name.
const namespaces: Readonly<Record<string, string>> = {
  AccessDeniedException: 'com.amazon.coral.service',
  ExpiredTokenException: 'com.amazon.coral.service',
  InvalidSignatureException: 'com.amazon.coral.service',
  RequestTimeTooSkewed: 'com.amazon.coral.service',
  SerializationException: 'com.amazon.coral.service',
  ThrottlingException: 'com.amazon.coral.availability',
  UnknownOperationException: 'com.amazon.coral.service',
  ValidationException: 'com.amazon.coral.validate',
};
const serviceNamespace = 'com.amazonaws.dynamodb.v20120810';

export interface ThrottlingReason {
  /** For instance `TableReadKeyRangeThroughputExceeded`. */
  readonly reason: string;
  /** ARN of what is throttled. */
  readonly resource: string;
}

export class ServiceError extends Error {
  override readonly name: string;
  readonly status: number;
  readonly reasons: readonly ThrottlingReason[];

  constructor(name: string, message: string, reasons: readonly ThrottlingReason[] = []) {
    super(message);
    this.name = name;
    this.reasons = reasons;
    this.status = name === 'InternalServerError' || name === 'InternalFailure' ? 500 : 400;
  }

  /** The response's body. */
  toJson(): string {
    const namespace = namespaces[this.name] ?? serviceNamespace;
    const type = `${namespace}#${this.name}`;
    // The access check writes a capital M; clients have to know both.
    const member = this.name === 'AccessDeniedException' ? 'Message' : 'message';
    const reasons = this.reasons.length > 0 ? { [this.#reasonsMember()]: this.reasons } : {};
    return JSON.stringify({ __type: type, ...reasons, [member]: this.message });
  }

  /** The one error has its reasons in lower case: https://github.com/aws/aws-sdk-js-v3 (client-dynamodb, models). */
  #reasonsMember(): string {
    return this.name === 'ThrottlingException' ? 'throttlingReasons' : 'ThrottlingReasons';
  }
}

export const notFound = (what: string) =>
  new ServiceError('ResourceNotFoundException', `Requested resource not found: ${what}`);

export const invalidRequest = (message: string) => new ServiceError('ValidationException', message);
