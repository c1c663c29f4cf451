/** What Node's own HTTP client makes of a response: the judge of our reader. */

import http from 'node:http';
import { Duplex } from 'node:stream';

export interface Reading {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The response that Node reads of these pieces and the connection's end; undefined when it refuses them. */
export async function nodeReading(pieces: readonly Buffer[]): Promise<Reading | undefined> {
  const socket = new Duplex({
    read: () => undefined,
    write: (_, __, done) => {
      done();
    },
  });
  return new Promise((resolve) => {
    const refuse = () => {
      resolve(undefined);
      socket.destroy();
    };
    const request = http.request({ method: 'POST', createConnection: () => socket });
    request.on('error', refuse);
    request.on('upgrade', refuse);
    request.on('response', (response) => {
      const body: Buffer[] = [];
      response.on('data', (piece: Buffer) => body.push(piece));
      response.on('error', refuse);
      response.on('aborted', refuse);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: joined(response.rawHeaders),
          body: Buffer.concat(body).toString('latin1'),
        });
        socket.destroy();
      });
    });
    request.end();
    for (const piece of pieces) socket.push(piece);
    socket.push(null);
  });
}

/** By names in lower case, values of a name joined: Node drops the repetitions of some. */
function joined(rawHeaders: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const before = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
