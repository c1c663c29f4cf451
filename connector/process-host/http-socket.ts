/** Sockets to an origin, straight or through a tunnel of a proxy, whose bytes go to one function. */

import net from 'node:net';
import tls from 'node:tls';
import type { HttpRequest } from '../host.ts';

/** As much as the system hands over at a time. */
const readBytes = 64 * 1024;

/** Where a connection goes. */
export interface Origin {
  readonly protocol: HttpRequest['protocol'];
  readonly hostname: string;
  readonly port: number | undefined;
}

/** What the TLS handshakes of an origin share. */
export interface TlsMemory {
  /** Whom to trust; absent for whom Node trusts. */
  readonly context: tls.SecureContext | undefined;
  /** Of the last handshake, which the next one may shorten. */
  session: Buffer | undefined;
}

export type OnBytes = (bytes: Buffer) => void;

/**
 * Straight to the origin. It reads into one buffer of its own, over and over: Node's own way allocates each piece
 * twice, which keeps the garbage collector busier than all the rest.
 */
export function connectTo(origin: Origin, memory: TlsMemory, onBytes: OnBytes): net.Socket {
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  const callback = (length: number) => {
    onBytes(buffer.subarray(0, length));
    return true;
  };
  const options = {
    host: hostOf(origin),
    port: portOf(origin),
    onread: { buffer, callback },
    noDelay: true,
    keepAlive: true,
  };
  if (origin.protocol === 'http:') return net.connect(options).resume();
  return secure(origin, memory, options).resume();
}

/** To the origin through a tunnel that leads there; Node reads in its own way. */
export function connectOver(
  tunnel: net.Socket,
  origin: Origin,
  memory: TlsMemory,
  onBytes: OnBytes,
): net.Socket {
  const isSecure = origin.protocol === 'https:';
  const socket = isSecure ? secure(origin, memory, { socket: tunnel }) : tunnel;
  return socket.on('data', onBytes);
}

/** A URL writes IPv6 addresses in brackets. */
export const hostOf = ({ hostname }: Pick<Origin, 'hostname'>) => hostname.replace(/^\[|\]$/g, '');

export const portOf = ({ protocol, port }: Origin) => port ?? (protocol === 'http:' ? 80 : 443);

function secure(origin: Origin, memory: TlsMemory, options: tls.ConnectionOptions): tls.TLSSocket {
  const host = hostOf(origin);
  const { context, session } = memory;
  const socket = tls.connect({
    ...options,
    // By which the certificate is judged, over a tunnel too.
    host,
    ALPNProtocols: ['http/1.1'],
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    ...(context === undefined ? {} : { secureContext: context }),
    ...(session === undefined ? {} : { session }),
  });
  socket.on('session', (given) => {
    memory.session = given;
  });
  return socket;
}
