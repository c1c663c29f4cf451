/** The errors that faults answer with. */

import type { Database } from './database.ts';
import type { Fault, FaultKind, RequestFault } from './faults.ts';
import type { Input } from './input.ts';
import { S3Error } from '../fake-s3/s3-error.ts';
import { ServiceError } from './service-error.ts';

const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'];
const tableReads = ['Scan', 'GetItem', 'BatchGetItem'];

/** A refused request, as far as errors speak of it. */
export interface Refused {
  readonly database: Database;
  readonly operation: string;
  readonly input: Input;
  readonly caller: string;
  readonly accountId: string;
}

/** The error of a fault; absent for faults that are none. */
export function refusalOf(
  fault: Fault & { readonly kind: RequestFault },
  refused: Refused,
): ServiceError | undefined {
  switch (fault.kind) {
    case 'throttle':
      return throttle(fault, refused);
    case 'throttle-lower-case':
      return new ServiceError(
        'ThrottlingException',
        'Throughput exceeds the current capacity of your table or index.',
        reasonsOf('MaxOnDemandThroughputExceeded', fault, refused),
      );
    case 'throttle-unmodelled':
      return new ServiceError('ThrottlingException', 'Rate exceeded');
    case 'internal-error':
      return new ServiceError('InternalServerError', 'Internal server error');
    case 'expired-credentials':
      return new ServiceError(
        'ExpiredTokenException',
        'The security token included in the request is expired',
      );
    case 'denied':
      return denied(refused);
    case 'reset':
    case 'reset-after':
    case 'hang':
    case 'cut':
    case 'truncate':
    case 'corrupt':
    case 'respelled':
    case 'slow':
      return undefined;
  }
}

function throttle(fault: Fault, refused: Refused): ServiceError {
  if (!tableReads.includes(refused.operation) && !writes.includes(refused.operation)) {
    return new ServiceError('ThrottlingException', 'Rate exceeded');
  }
  return new ServiceError(
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded. ' +
      'Consider increasing your provisioning level with the UpdateTable API.',
    reasonsOf('ProvisionedThroughputExceeded', fault, refused),
  );
}

function reasonsOf(what: string, { reason }: Fault, refused: Refused) {
  const side = writes.includes(refused.operation) ? 'Write' : 'Read';
  return [{ reason: reason ?? `Table${side}${what}`, resource: resourceOf(refused) }];
}

function denied(refused: Refused): ServiceError {
  const { accountId } = refused;
  const action = `dynamodb:${refused.operation}`;
  return new ServiceError(
    'AccessDeniedException',
    `User: arn:aws:iam::${accountId}:user/${refused.caller} is not authorized to perform: ${action} ` +
      `on resource: ${resourceOf(refused)} because no identity-based policy allows the ${action} action`,
  );
}

/** ARN of the table or stream a request is about. */
function resourceOf({ database, input, accountId }: Refused): string {
  const { region } = database.world.settings;
  const iteratorArn = input.optionalText('ShardIterator')?.split('|')[0];
  const arn = input.optionalText('StreamArn') ?? iteratorArn;
  if (arn !== undefined) return arn;
  const name = input.optionalText('TableName') ?? '*';
  return name.startsWith('arn:') ? name : `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
}

/** The same faults as S3 answers them; absent for those that are none. */
export function objectRefusalOf(kind: FaultKind): S3Error | undefined {
  const [code, status, message] = objectRefusals[kind] ?? [];
  return code === undefined ? undefined : new S3Error(code, status ?? 400, message ?? '');
}

const slowDown = ['SlowDown', 503, 'Please reduce your request rate.'] as const;

const objectRefusals: Partial<
  Record<FaultKind, readonly [code: string, status: number, message: string]>
> = {
  throttle: slowDown,
  'throttle-lower-case': slowDown,
  'throttle-unmodelled': ['ServiceUnavailable', 503, 'Service is unable to handle request.'],
  'internal-error': ['InternalError', 500, 'We encountered an internal error. Please try again.'],
  'expired-credentials': ['ExpiredToken', 400, 'The provided token has expired.'],
  denied: ['AccessDenied', 403, 'Access Denied'],
};
