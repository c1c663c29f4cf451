/**
 * Where calls go. One resolution for all calls of a service, and it is the SDK's own: "advanced.endpoint", else
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL or the profile's `services` section and `endpoint_url`, else AWS's
 * host by region, FIPS, dual stack and account. https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */

import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import type { EndpointParameterInstructions, EndpointV2 } from '@smithy/types';
import { ConnectorError, errorCodes, messageOf, nameOf } from '../errors.ts';
import { withoutUserinfo } from '../url.ts';

export interface ServiceEndpoint {
  readonly url: URL;
  /** What a signature for it is scoped to; absent where that is the configured region. */
  readonly signingRegion: string | undefined;
}

export interface Endpoints {
  /** As messages call it: `region us-east-1`, or a URL where it is not simply that region's. */
  readonly name: string;
  /** Where a call about this resource goes: with account endpoints, an ARN leads to its own account's. */
  of(resource?: string): Promise<ServiceEndpoint>;
}

/** What the SDK knows of a service and its user's settings: the `config` of one of its clients will do. */
export interface ServiceSettings {
  readonly region: () => Promise<string>;
  readonly credentials?: (() => Promise<{ readonly accountId?: string }>) | undefined;
  // As loose as the SDK's own: its parameters differ from service to service.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly endpointProvider: (parameters: any) => EndpointV2;
}

/** The names of a service's endpoint parameters: one of its commands. */
export interface EndpointRules {
  getEndpointParameterInstructions(): EndpointParameterInstructions;
}

export interface ServiceRules {
  readonly settings: ServiceSettings;
  readonly rules: EndpointRules;
  /** The input of a call about a resource, as far as `rules` look at it. */
  readonly inputFor: (resource: string | undefined) => object;
}

/** Throws `config-invalid` where the settings contradict one another. Asks for no credentials: those come with a call. */
export async function createEndpoints(service: ServiceRules): Promise<Endpoints> {
  const { settings, rules, inputFor } = service;
  // The SDK asks anew for each call, which takes as long as the signature; the answers differ by resource only.
  const known = new Map<string | undefined, Promise<ServiceEndpoint>>();
  const resolve = async (resource: string | undefined): Promise<ServiceEndpoint> =>
    parsed(await resolved(inputFor(resource), rules, { ...settings }));
  return {
    name: await nameOfEndpoint(service),
    of(resource) {
      const before = known.get(resource);
      if (before !== undefined) return before;
      const endpoint = resolve(resource);
      known.set(resource, endpoint);
      endpoint.catch(() => known.delete(resource)); // Credentials that cannot be had now may be had later.
      return endpoint;
    },
  };
}

async function nameOfEndpoint({ settings, rules, inputFor }: ServiceRules): Promise<string> {
  const region = await settings.region();
  // Without an account, whose endpoint is the region's by another name, and is only known with the credentials.
  const anonymous = { ...settings, credentials: undefined, accountIdEndpointMode: 'disabled' };
  const { url } = parsed(await resolved(inputFor(undefined), rules, anonymous));
  const plain = { Region: region, UseDualStack: false, UseFIPS: false };
  const isPlain = settings.endpointProvider(plain).url.href === url.href;
  return isPlain ? `region ${region}` : urlText(url);
}

async function resolved(
  input: object,
  rules: EndpointRules,
  settings: ServiceSettings,
): Promise<EndpointV2> {
  try {
    return await getEndpointFromInstructions(input, rules, settings);
  } catch (error) {
    if (nameOf(error) === 'EndpointError') throw contradiction(messageOf(error), error);
    if (messageOf(error) === 'Invalid URL') throw notServerUrl(undefined, error);
    throw error;
  }
}

function parsed({ url, properties }: EndpointV2): ServiceEndpoint {
  // `localhost:8000` has the protocol `localhost:`.
  if (!/^https?:$/.test(url.protocol) || url.hostname === '') throw notServerUrl(url.href);
  const [scheme] = (properties?.['authSchemes'] ?? []) as { signingRegion?: string }[];
  return { url, signingRegion: scheme?.signingRegion };
}

/** A URL as a user writes it, without what is secret in it. */
function urlText(url: URL): string {
  return withoutUserinfo(url.href.replace(/\/$/, ''));
}

function contradiction(what: string, cause: unknown): ConnectorError {
  const reason = what.replace(/^Invalid Configuration: /, '').replace(/\.$/, '');
  return new ConnectorError(errorCodes.configInvalid, `No endpoint fits the settings: ${reason}`, {
    hint: 'Check "advanced.endpoint", AWS_ENDPOINT_URL, AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT, AWS_ACCOUNT_ID_ENDPOINT_MODE, and the same settings of the profile.',
    cause,
  });
}

function notServerUrl(text: string | undefined, cause?: unknown): ConnectorError {
  const which = text === undefined ? '' : ` "${withoutUserinfo(text)}"`;
  return new ConnectorError(
    errorCodes.configInvalid,
    `The endpoint${which} of the environment or profile is not the URL of a server`,
    {
      hint: 'Write AWS_ENDPOINT_URL, or "endpoint_url" of the profile, like http://localhost:8000.',
      cause,
    },
  );
}
