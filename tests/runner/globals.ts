/** What test files know as `@jest/globals`, for a process that Jest's sandbox does not surround. */

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from 'jest-circus';
export { expect } from 'expect';

/** The one thing that our tests ask of Jest itself. */
export const jest = {
  /** For all tests of the file, from here on. */
  setTimeout(ms: number): void {
    Reflect.set(globalThis, Symbol.for('TEST_TIMEOUT_SYMBOL'), ms);
  },
};
