/** Which way leads to a host: straight, or through the proxy that the environment names for it, as for other programs. */

import { getProxyForUrl } from 'proxy-from-env';
import { ConnectorError, errorCodes } from '../errors.ts';
import type { Origin } from './http-socket.ts';

export interface Proxy {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  /** `user:password`; absent where the URL has none. */
  readonly credentials: string | undefined;
}

export interface Route {
  /** Absent when it leads straight there. */
  readonly proxy: Proxy | undefined;
  /** How it goes, for messages of failures: empty where no proxy is set at all. */
  readonly told: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The way to an origin. Throws `endpoint-unreachable` when the environment names a proxy that cannot be used. */
export function routeTo(origin: Origin, environment: Environment): Route {
  const variable = variableFor(origin.protocol, environment);
  if (variable === undefined) return { proxy: undefined, told: toldOfOthers(environment) };
  if (isLoopback(origin.hostname)) {
    return straight(`${variable} is not for addresses of this machine itself`);
  }
  const given = proxyUrl(origin);
  if (given === '') return straight(`NO_PROXY excepts it from the proxy of ${variable}`);
  // Without a scheme it is http, whatever the request is.
  const text =
    environment[variable]?.includes('://') === true ? given : given.replace(/^https:/, 'http:');
  const proxy = parseProxy(text, variable);
  const { protocol, hostname, port } = proxy;
  return { proxy, told: ` (through the proxy ${protocol}//${hostname}:${port} of ${variable})` };
}

const straight = (why: string): Route => ({ proxy: undefined, told: ` (directly: ${why})` });

/** The variable that names the proxy, as it is written: the lower case counts first, as it does for curl. */
function variableFor(protocol: Origin['protocol'], environment: Environment): string | undefined {
  const own = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const names = [own, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  return names.find((name) => Boolean(environment[name]));
}

/** A proxy for the other protocol alone may be a mistake. */
function toldOfOthers(environment: Environment): string {
  const names = ['http_proxy', 'https_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  const set = names.find((name) => Boolean(environment[name]));
  return set === undefined
    ? ''
    : ` (directly: ${set} is for ${set.slice(0, -6).toLowerCase()}:// alone)`;
}

/**
 * The proxy's URL; empty for none. The package takes a name in NO_PROXY for that host alone; for the AWS command line
 * and curl it stands for all hosts below it too, so each domain that the host is in is asked for.
 */
function proxyUrl({ protocol, hostname, port }: Origin): string {
  const labels = /^[\d.]+$|:/.test(hostname) ? [hostname] : hostname.split('.');
  const domains = labels.map((_, index) => labels.slice(index).join('.'));
  const at = port === undefined ? '' : `:${port}`;
  const urls = domains.map((domain) => getProxyForUrl(`${protocol}//${domain}${at}/`));
  return urls.includes('') ? '' : (urls[0] ?? '');
}

function parseProxy(text: string, variable: string): Proxy {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = url?.protocol;
  if (url === undefined || (protocol !== 'http:' && protocol !== 'https:') || url.hostname === '') {
    throw new ConnectorError(
      errorCodes.endpointUnreachable,
      `The environment variable ${variable} does not name a proxy that can be used`,
      {
        hint: 'Write it as http://host:port or https://host:port, with user:password@ before the host if it needs them.',
      },
    );
  }
  const { hostname, port, username, password } = url;
  return {
    protocol,
    hostname,
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    credentials:
      username === '' && password === ''
        ? undefined
        : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  };
}

/** No proxy reaches what is on this machine alone. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
