/** A small proxy that knows CONNECT alone, and sends every host's traffic to one port of this machine. */

import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';

export interface ConnectProxy {
  readonly port: number;
  /** What was asked of it: `host:port`, and the authorization. */
  readonly asked: readonly (readonly [to: string, authorization: string | undefined])[];
  readonly close: () => void;
}

export interface ProxyOptions {
  readonly targetPort: number;
  /** An answer to give instead of a tunnel: `403 Forbidden`. */
  readonly refusal?: string;
}

export async function startConnectProxy(options: ProxyOptions): Promise<ConnectProxy> {
  const asked: (readonly [string, string | undefined])[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((_, response) => response.writeHead(405).end());
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    asked.push([request.url ?? '', request.headers['proxy-authorization']]);
    socket.on('error', () => undefined);
    if (options.refusal !== undefined) {
      socket.end(`HTTP/1.1 ${options.refusal}\r\n\r\n`);
      return;
    }
    const target = net.connect(options.targetPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('close', () => target.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
