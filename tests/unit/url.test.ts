import { expect, test } from '@jest/globals';
import { withoutUserinfo } from '../../connector/url.ts';

test.each([
  ['http://localhost:8000', 'http://localhost:8000'],
  ['http://me:secret@localhost:8000/a@b', 'http://…@localhost:8000/a@b'],
  ['http://me:sec@ret@localhost', 'http://…@localhost'],
  ['http://token@localhost', 'http://…@localhost'],
  [
    'Cannot reach HTTPS://me:x@proxy, nor http://me:y@other.',
    'Cannot reach HTTPS://…@proxy, nor http://…@other.',
  ],
  ['mail me@example.com', 'mail me@example.com'],
])('withoutUserinfo() masks user and password: %s', (text, want) => {
  expect(withoutUserinfo(text)).toBe(want);
});
