/** Runs one compiled test file, and sends what came of it to the runner. */

import { getState, run, setState } from 'jest-circus';
import { jest } from './globals.ts';
import { pathToFileURL } from 'node:url';

const [file = '', options = '{}'] = process.argv.slice(2);
const { testNamePattern, testTimeout } = JSON.parse(options) as {
  readonly testNamePattern?: string;
  readonly testTimeout?: number;
};

setState({
  ...getState(),
  ...(testNamePattern && { testNamePattern: new RegExp(testNamePattern, 'i') }),
});
if (testTimeout) jest.setTimeout(testTimeout);
await import(pathToFileURL(file).href);
const { testResults, unhandledErrors } = await run();
// Sockets and servers that a test left open must not hold the process.
process.send?.({ testResults, unhandledErrors }, () => process.exit());
