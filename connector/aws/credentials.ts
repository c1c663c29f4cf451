/** Credentials of the endpoint configuration as the SDK takes them. */

import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { HttpHandler } from '@smithy/core/protocols';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { EndpointConfig } from '../config/config.ts';
import { messageOf, nameOf } from '../errors.ts';
import { AwsError } from './aws-error.ts';
import { withoutSecrets } from './secrets.ts';

/** The identity to sign with; undefined leaves it to the SDK's default chain (environment, profile, SSO, role). */
export function identityOf(config: EndpointConfig): AwsCredentialIdentity | undefined {
  const { credentials } = config;
  switch (credentials.kind) {
    case 'access-key':
      return { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey };
    case 'session':
      return {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey,
        sessionToken: credentials.sessionToken,
      };
    case 'default-chain':
      return undefined;
  }
}

/** What AWS answers to who asks it for credentials, as any other answer of it; what did not come from AWS stays. */
export function rethrowAsAwsError(error: unknown): never {
  const { $metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status === undefined) throw error;
  throw new AwsError(nameOf(error), withoutSecrets(messageOf(error)), status);
}

/** The SDK's default chain, whose own calls (of roles, single sign-on) take the way of all others. */
export function defaultChain(requestHandler: HttpHandler) {
  return (options: object): AwsCredentialIdentityProvider =>
    defaultProvider({ ...options, clientConfig: { requestHandler } });
}
