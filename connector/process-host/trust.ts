/** Whom to trust with TLS: whom Node trusts, NODE_EXTRA_CA_CERTS included, or those of AWS_CA_BUNDLE alone. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { ConnectorError, errorCodes, messageOf } from '../errors.ts';

/** As the AWS command line has it. Throws `file-unusable`, since without it nothing could be reached. */
export function trustedContext(
  environment: Readonly<Record<string, string | undefined>>,
): SecureContext | undefined {
  const path = environment['AWS_CA_BUNDLE'];
  if (path === undefined || path === '') return undefined;
  const unusable = (why: string, cause?: unknown) =>
    new ConnectorError(errorCodes.fileUnusable, `Cannot use "${path}" of AWS_CA_BUNDLE: ${why}`, {
      hint: 'It names a file of certificates in PEM form; without it, those that Node knows are trusted.',
      cause,
    });
  let ca: string;
  try {
    ca = readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(messageOf(error), error);
  }
  try {
    // A file without one would be taken, and nobody be trusted.
    new X509Certificate(ca);
    return createSecureContext({ ca });
  } catch (error) {
    throw unusable(messageOf(error), error);
  }
}
