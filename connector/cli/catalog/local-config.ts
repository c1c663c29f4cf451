/** The configuration of a capture that no file has: made of a region or an endpoint that were typed. */

import { ConnectorError, errorCodes } from '../../errors.ts';
import { serverUrl } from '../../config/config.ts';
import type { Host } from '../../host.ts';

const localRegion = 'us-east-1';

export interface TypedPlace {
  readonly region: string;
  /** Absent for AWS's own. */
  readonly endpoint: string | undefined;
  /** True to write down credentials, which no local server looks at, but which every request needs. */
  readonly hasLocalCredentials: boolean;
}

/** Throws `config-invalid` where nothing tells the region. */
export function placeFrom(
  typed: { readonly region?: string | undefined; readonly endpoint?: string | undefined },
  environment: Host['environment'],
): TypedPlace {
  // One that is no URL is refused with the configuration.
  const endpoint =
    typed.endpoint === undefined ? undefined : (serverUrl(typed.endpoint) ?? typed.endpoint);
  const isLocal = endpoint !== undefined && isLoopback(endpoint);
  const region =
    typed.region ??
    environment['AWS_REGION'] ??
    environment['AWS_DEFAULT_REGION'] ??
    (isLocal ? localRegion : undefined);
  if (region === undefined) {
    throw new ConnectorError(
      errorCodes.configInvalid,
      'The region cannot be derived from an endpoint alone',
      { hint: 'Add --region, for instance --region us-east-1, or set AWS_REGION.' },
    );
  }
  const hasOwn = Boolean(environment['AWS_ACCESS_KEY_ID'] ?? environment['AWS_PROFILE']);
  return { region, endpoint, hasLocalCredentials: isLocal && !hasOwn };
}

/** The endpoint configuration as JSON. */
export function configOf({ region, endpoint, hasLocalCredentials }: TypedPlace): object {
  const credentials = {
    auth_type: 'AWSAccessKey',
    aws_access_key_id: 'local',
    aws_secret_access_key: 'local',
  };
  return {
    region,
    ...(hasLocalCredentials ? { credentials } : {}),
    ...(endpoint === undefined ? {} : { advanced: { endpoint } }),
  };
}

function isLoopback(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(endpoint).hostname);
}
