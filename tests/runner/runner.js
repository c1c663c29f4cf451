/**
 * Runs test files for Jest as compiled code, each in a process of its own, on all cores. Inside Jest's own sandbox a
 * byte loop runs at a quarter of its speed, and a simulation is little else; compiled, tests run what users run.
 *
 * A runner of Jest's (https://jestjs.io/docs/configuration#runner-string): plain JavaScript, since Jest loads it.
 */

import { createEmptyTestResult } from '@jest/test-result';
import { build } from 'esbuild';
import { formatResultsErrors } from 'jest-message-util';
import { fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

const here = import.meta.dirname;
const entry = path.join(here, 'test-process.ts');
/** From so many files on a run is a long one, and says so at its start. */
const fileCountLong = 50;

export default class CompiledRunner {
  isSerial = false;

  constructor(globalConfig) {
    this.globalConfig = globalConfig;
  }

  async runTests(tests, watcher, onStart, onResult, onFailure) {
    const { rootDir, maxWorkers } = this.globalConfig;
    // A folder of its own, so that two runs may go on side by side.
    const folder = path.join(rootDir, 'build', `tests-${process.pid}`);
    const compiled = (file) =>
      path.join(folder, path.relative(rootDir, file)).replace(/\.ts$/, '.js');
    if (tests.length >= fileCountLong) {
      process.stderr.write('About 4 minutes on two idle cores; simulations come first.\n');
    }
    try {
      await compile([entry, ...tests.map((test) => test.path)], rootDir, folder);
      const waiting = longestFirst(tests);
      const work = async () => {
        for (let test; !watcher.isInterrupted() && (test = waiting.shift());) {
          await onStart(test);
          try {
            const outcome = await runProcess(compiled(entry), compiled(test.path), this.#options());
            await onResult(test, resultOf(outcome, test, this.globalConfig));
          } catch (error) {
            await onFailure(test, error);
          }
        }
      };
      await Promise.all(Array.from({ length: maxWorkers }, work));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #options() {
    const { testNamePattern, testTimeout } = this.globalConfig;
    return { testNamePattern, testTimeout };
  }
}

/** Simulations take most of the time: begun last, they would leave cores without work at the end. */
function longestFirst(tests) {
  const isShort = (test) => Number(!test.path.includes(`${path.sep}simulation${path.sep}`));
  return tests.toSorted((one, other) => isShort(one) - isShort(other));
}

function compile(entryPoints, outbase, outdir) {
  return build({
    ...{ entryPoints, outbase, outdir },
    ...{ bundle: true, splitting: true, sourcemap: true, packages: 'external' },
    ...{ format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' },
    alias: { '@jest/globals': path.join(here, 'globals.ts') },
  });
}

/** What `test-process.ts` has to say of a test file. Rejects where it ended without a word. */
function runProcess(program, file, options) {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const child = fork(program, [file, JSON.stringify(options)], {
      execArgv: ['--enable-source-maps'],
      // The SDK warns in each of a hundred processes that Node 20 has had its time.
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      serialization: 'advanced',
    });
    let outcome;
    child.on('message', (message) => {
      outcome = message;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (outcome !== undefined) resolve({ ...outcome, started, ended: Date.now() });
      else reject({ message: `The test process ended early (${signal ?? code})`, stack: '' });
    });
  });
}

function resultOf({ testResults, unhandledErrors, started, ended }, test, globalConfig) {
  const assertions = testResults.map(assertionResult);
  const count = (status) => assertions.filter((each) => each.status === status).length;
  const testExecError =
    unhandledErrors.length > 0 ? { message: '', stack: unhandledErrors.join('\n\n') } : undefined;
  return {
    ...createEmptyTestResult(),
    numFailingTests: count('failed'),
    numPassingTests: count('passed'),
    numPendingTests: count('pending'),
    numTodoTests: count('todo'),
    perfStats: {
      start: started,
      end: ended,
      runtime: ended - started,
      slow: ended - started > 5000,
    },
    testFilePath: test.path,
    testResults: assertions,
    ...(testExecError && { testExecError, failureMessage: testExecError.stack }),
    ...(testExecError === undefined && {
      failureMessage: formatResultsErrors(assertions, test.context.config, globalConfig, test.path),
    }),
  };
}

function assertionResult({ testPath, status, errors, errorsDetailed, duration, ...rest }) {
  // The outermost block is Jest's own.
  const [, ...titles] = testPath;
  return {
    ancestorTitles: titles.slice(0, -1),
    title: titles.at(-1),
    fullName: titles.join(' '),
    status: { done: 'passed', skip: 'pending', todo: 'todo' }[status] ?? status,
    ...(errors.length > 0 && { status: 'failed' }),
    duration,
    failureDetails: errorsDetailed,
    failureMessages: errors,
    invocations: rest.invocations,
    numPassingAsserts: rest.numPassingAsserts,
    location: null,
    retryReasons: [],
  };
}
