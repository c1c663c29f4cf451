/** An endpoint that cannot be reached, and what an operator should look at. */

import { codeOf, ConnectorError, errorCodes, messageOf } from '../errors.ts';

/** The error, with what may be the matter. */
export function unreachable(error: unknown, place: string): ConnectorError {
  return new ConnectorError(
    errorCodes.endpointUnreachable,
    `Cannot reach DynamoDB ${place}: ${messageOf(error)}`,
    { hint: unreachableHintFor(codeOf(error) ?? ''), cause: error },
  );
}

function unreachableHintFor(code: string): string {
  // Of a certificate that nobody trusts, or that is not for this host.
  const isDistrust = /CERT|ISSUER|^UNABLE_TO_|ALTNAME/.test(code);
  return unreachableHints[code] ?? (isDistrust ? distrustHint : unreachableHint);
}

const distrustHint =
  'If a proxy or a server of your own answers there, name the file of its certificate authority in AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS.';
const unreachableHint = 'Check "region" and "advanced.endpoint", and that this network reaches it.';
const unreachableHints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there: check "advanced.endpoint", and that its server runs.',
  ENOTFOUND:
    'There is no such host: check how "region" and "advanced.endpoint" are spelt, and that this network resolves names.',
  EPROXY:
    'Check HTTPS_PROXY and NO_PROXY, and whether the proxy runs and lets this machine connect to that host.',
  EPROXYAUTH: 'Write them into its URL, for instance HTTPS_PROXY=http://user:password@proxy:3128.',
};
