import { describe, expect, test } from '@jest/globals';
import { withNewCapture } from '../../../../connector/cli/discover/new-capture.ts';

describe('withNewCapture()', () => {
  test.each([
    ['/srv/shop/dist/main.js', '["node","dist/main.js"]'],
    ['/usr/lib/node_modules/source-dynamodb/dist/main.js', '["source-dynamodb"]'],
  ])('writes the command of %s so that it works elsewhere too', (program, want) => {
    const capture = { name: 'a/b', region: 'x', endpoint: undefined, hasLocalCredentials: false };
    const { text } = withNewCapture(undefined, '/srv/shop/flow.json', { ...capture, program });
    const { captures } = JSON.parse(text) as {
      captures: Record<string, { endpoint: { local: { command: unknown } } }>;
    };
    expect(JSON.stringify(captures['a/b']?.endpoint.local.command)).toBe(want);
  });
});
