/** The outside world of a real process. */

import { setImmediate } from 'node:timers/promises';
import { orAborted } from '../async/abort.ts';
import type { ByteSink, Clock, CommandHost, Files, HttpTransport, Screen } from '../host.ts';
import { BufferPool } from '../buffer-pool.ts';
import { codeOf, ConnectorError, errorCodes } from '../errors.ts';
import { stopSignal } from '../stop-signal.ts';

/** Node's longest timer, about 24 days; a longer wait is several of them. */
const timerMsMax = 2 ** 31 - 1;

const systemClock: Clock = {
  now: () => Date.now(),
  turn: () => setImmediate(),
  async sleep(ms, signal) {
    for (let left = ms; ; left -= timerMsMax) {
      await wait(Math.min(left, timerMsMax), signal);
      if (left <= timerMsMax) return;
    }
  },
};

/** Not Node's `timers/promises`: a thousand shards wait every second, and that takes three times as long. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return orAborted(signal, (resolve) => {
    const timer = setTimeout(resolve, ms);
    return () => {
      clearTimeout(timer);
    };
  });
}

/** This process: stdin, stdout, stderr, signals, files, real time. Made once. */
export function processHost(): CommandHost {
  // Whoever read the log is gone: what is captured goes to stdout all the same.
  process.stderr.on('error', () => undefined);
  return {
    input: process.stdin,
    output: pipeSink(process.stdout),
    logLine: (line) => {
      process.stderr.write(`${line}\n`);
    },
    clock: systemClock,
    random: () => Math.random(),
    environment: process.env,
    http: lazyTransport(),
    stop: stopSignal,
    files: realFiles,
    screens: { stdout: screenOf(process.stdout), stderr: screenOf(process.stderr) },
    isInputTerminal: isTerminal(process.stdin.isTTY),
    program: process.argv[1] ?? '',
    system: `Node ${process.version}, ${process.platform} ${process.arch}`,
  };
}

// Loaded with the first file: serving the protocol touches none.
const realFiles: Files = {
  async read(path) {
    const { readFile } = await import('node:fs/promises');
    return readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
  },
  async replace(path, text, options) {
    const { replaceFile } = await import('./replace-file.ts');
    await replaceFile(path, text, options);
  },
  async openSink(path, keptBytes) {
    const { openFileSink } = await import('./file-sink.ts');
    return openFileSink(path, keptBytes);
  },
  async facts(path) {
    const { factsOf } = await import('./file-facts.ts');
    return factsOf(path);
  },
  async lock(path) {
    const { lockFile } = await import('./file-lock.ts');
    return lockFile(path);
  },
};

function screenOf(stream: NodeJS.WriteStream): Screen {
  return {
    isTerminal: isTerminal(stream.isTTY),
    get columns() {
      return isTerminal(stream.isTTY) ? stream.columns : undefined;
    },
    get rows() {
      return isTerminal(stream.isTTY) ? stream.rows : undefined;
    },
    write: (text) => {
      stream.write(text);
    },
  };
}

/** Node leaves `isTTY` out, where it should be false. */
const isTerminal = (isTty: boolean | undefined) => isTty === true;

/** Loads Node's HTTP with the first call: a process that only answers `spec` makes none. */
function lazyTransport(): HttpTransport {
  const buffers = new BufferPool();
  let loading: Promise<HttpTransport> | undefined;
  let loaded: HttpTransport | undefined;
  return {
    async send(request, timeoutMs, signal) {
      loading ??= import('./http-transport.ts').then(({ createHttpTransport }) =>
        createHttpTransport(process.env, buffers),
      );
      loaded ??= await loading;
      return loaded.send(request, timeoutMs, signal);
    },
    buffers,
  };
}

/** Writes to a pipe in order; a write is done when the system has taken it, so a slow reader is felt. */
function pipeSink(stream: NodeJS.WriteStream): ByteSink {
  let failure: Error | undefined;
  const failed = (error: Error): Error =>
    (failure ??= new ConnectorError(
      errorCodes.outputClosed,
      'Cannot write to stdout: its reader is gone',
      { cause: error },
    ));
  // Without a listener a broken pipe would end the process with a stack trace.
  stream.on('error', failed);
  return {
    write: (pieces) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        stream.cork();
        pieces.forEach((piece, index) => {
          const isLast = index === pieces.length - 1;
          stream.write(piece, (error) => {
            // Told here before the event; a bare EPIPE would pass for trouble with AWS, and be tried again.
            if (error) reject(failed(error));
            else if (isLast) resolve();
          });
        });
        stream.uncork();
      }),
  };
}
