/** Lines of HTTP/1.1: a request to write, and the headers of a response. */

import type { HttpRequest } from '../host.ts';

/** What may stand in a header's line. Not asked of `node:http`: loading that for one check takes 15 ms on Node 24. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A name of token characters, at once followed by the colon; a value without control characters. */
const headerLine = /^([!#$%&'*+.^_`|~\dA-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/;

/** A failure of the way, as Node names them: `ECONNRESET`, `ETIMEDOUT` … */
export function connectionError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** A request in one piece. Throws when a header's value would break out of its line. */
export function requestBytes(request: HttpRequest): Buffer {
  const { method, path, hostname, port, body } = request;
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const lines = Object.entries({ host, ...request.headers }).map(([name, value]) => {
    if (!headerValue.test(value)) {
      throw connectionError('ERR_INVALID_CHAR', `Invalid character in header "${name}"`);
    }
    // Ours is right, and there must not be two of them.
    return name.toLowerCase() === 'content-length' ? '' : `${name}: ${value}\r\n`;
  });
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}content-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}

export const isHeaderLine = (line: string) => headerLine.test(line);

/** By names in lower case; values of the same name are joined. */
export function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, given, text] = headerLine.exec(line) ?? [];
    if (given === undefined || text === undefined)
      throw malformed('a header line that is not valid');
    const name = given.toLowerCase();
    const value = text.trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

/** The length of a body. A proxy that repeats the header says the same thing twice. */
export function parseLength(text: string): number {
  const [first = '', ...others] = text.split(',').map((each) => each.trim());
  if (!/^\d+$/.test(first) || others.some((each) => each !== first)) {
    throw malformed(`a body of "${text}" bytes`);
  }
  return Number(first);
}

/** Damage on the way, or a server that is none: named as Node's own parser does. */
export function malformed(what: string): Error {
  return connectionError('HPE_INVALID', `The response is not HTTP: ${what}`);
}
