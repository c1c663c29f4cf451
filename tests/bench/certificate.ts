/** A certificate for loopback that nobody has signed but itself, made when it is needed. */

import { execFileSync } from 'node:child_process';
import path from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Writes key and certificate into a folder, good for these host names too. Throws when there is no `openssl`. */
export function makeCertificate(folder: string, hostnames: readonly string[] = []): Certificate {
  const key = path.join(folder, 'key.pem');
  const certificate = path.join(folder, 'certificate.pem');
  const kind = ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const hosts = ['IP:127.0.0.1', ...hostnames.map((name) => `DNS:${name}`)];
  const name = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${hosts.join(',')}`];
  const parameters = [...kind, ...name, '-days', '2', '-keyout', key, '-out', certificate];
  try {
    execFileSync('openssl', parameters, { stdio: 'pipe' });
  } catch (error) {
    throw new Error('Cannot make a certificate without openssl', { cause: error });
  }
  return { key, certificate };
}
