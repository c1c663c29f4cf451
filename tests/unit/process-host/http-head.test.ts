import { describe, expect, test } from '@jest/globals';
import type { HttpRequest } from '../../../connector/host.ts';
import { requestBytes } from '../../../connector/process-host/http-head.ts';

describe('requestBytes()', () => {
  const request: HttpRequest = {
    method: 'POST',
    protocol: 'http:',
    hostname: 'localhost',
    port: 8000,
    path: '/',
    headers: { 'x-a': '1', 'Content-Length': '99' },
    body: 'ü',
  };

  test('writes host and length of its own', () => {
    const want = 'POST / HTTP/1.1\r\nhost: localhost:8000\r\nx-a: 1\r\ncontent-length: 2\r\n\r\nü';
    expect(requestBytes(request).toString()).toBe(want);
  });

  test('leaves a host that is given', () => {
    const got = requestBytes({ ...request, headers: { host: 'proxy' }, body: Buffer.from('x') });
    expect(got.toString()).toBe('POST / HTTP/1.1\r\nhost: proxy\r\ncontent-length: 1\r\n\r\nx');
  });

  test('refuses a value that would begin a line of its own', () => {
    const broken = { ...request, headers: { 'x-token': 'a\r\nx-b: 1' } };
    expect(() => requestBytes(broken)).toThrow('Invalid character in header "x-token"');
  });
});
