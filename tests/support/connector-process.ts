/** The built connector as Flow runs it: a child process, requests on stdin, responses on stdout, logs on stderr. */

import { spawn, type ChildProcess } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { PeakMemory } from './peak-memory.ts';
import { encodeRequest } from './request-encoder.ts';
import { createResponseDecoder, type DecodedResponse } from './response-decoder.ts';

/** More lines of stderr than this are forgotten, oldest first; tests look at the last few. */
const logLinesMax = 2000;

export type CodecName = 'json' | 'proto';

export interface ConnectorOptions {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly codec: CodecName;
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called for each response as soon as it is read, with the time (ms since the epoch) it was read at. */
  readonly onResponse: (response: DecodedResponse, readAtMs: number) => void;
  /** Called for each line of stderr. */
  readonly onLogLine?: ((line: string) => void) | undefined;
}

/** How a process ended. */
export interface ConnectorExit {
  /** Absent when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** What was on stdout that is no response; absent when all was well. */
  readonly outputError: Error | undefined;
  /** The last lines of stderr. */
  readonly logLines: readonly string[];
  readonly peakMemoryMib: number;
}

export class ConnectorProcess {
  /** Settles once the process is gone and its output has been read to the end. Never rejects. */
  readonly exited: Promise<ConnectorExit>;
  readonly #child: ChildProcess;
  readonly #codec: CodecName;
  readonly #memory: PeakMemory;
  readonly #logLines: string[] = [];
  #outputError: Error | undefined;

  constructor(options: ConnectorOptions) {
    const [program = '', ...parameters] = options.command;
    this.#codec = options.codec;
    this.#child = spawn(program, parameters, {
      stdio: 'pipe',
      env: { ...process.env, FLOW_RUNTIME_CODEC: options.codec, ...options.environment },
    });
    this.#memory = new PeakMemory(this.#child.pid);
    this.#readResponses(options.onResponse);
    this.#readLog(options.onLogLine ?? (() => undefined));
    // Writing to a process that has ended is no error of ours: how it ended is told by `exited`.
    this.#child.stdin?.on('error', () => undefined);
    this.exited = this.#untilExit();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(request: object): void {
    this.sendBytes(encodeRequest(this.#codec, request));
  }

  /** Bytes as they are, valid or not. */
  sendBytes(bytes: Uint8Array | string): void {
    this.#child.stdin?.write(bytes);
  }

  closeInput(): void {
    this.#child.stdin?.end();
  }

  kill(signal: NodeJS.Signals): void {
    this.#memory.sample();
    this.#child.kill(signal);
  }

  /** How it ended; killed, with `code` and `signal` absent, when it takes longer. */
  async exitWithin(ms: number): Promise<ConnectorExit> {
    const timer = new AbortController();
    const late = sleep(ms, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    const exit = await Promise.race([this.exited, late]);
    timer.abort();
    if (exit !== 'late') return exit;
    this.kill('SIGKILL');
    return { ...(await this.exited), code: undefined, signal: undefined };
  }

  #readResponses(onResponse: ConnectorOptions['onResponse']): void {
    const decoder = createResponseDecoder(this.#codec);
    const guard = (read: () => void) => {
      // After the first error nothing can be understood any more; the rest is read and dropped.
      if (this.#outputError !== undefined) return;
      try {
        read();
      } catch (error) {
        this.#outputError = error as Error;
      }
    };
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      const readAtMs = Date.now();
      guard(() => {
        for (const response of decoder.push(bytes)) onResponse(response, readAtMs);
      });
    });
    this.#child.stdout?.on('end', () => {
      guard(() => {
        decoder.end();
      });
    });
  }

  #readLog(onLogLine: (line: string) => void): void {
    const text = new StringDecoder('utf8');
    let rest = '';
    const take = (line: string) => {
      this.#logLines.push(line);
      if (this.#logLines.length > logLinesMax) this.#logLines.shift();
      onLogLine(line);
    };
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      const lines = (rest + text.write(bytes)).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    });
    this.#child.stderr?.on('end', () => {
      if (rest !== '') take(rest);
    });
  }

  #untilExit(): Promise<ConnectorExit> {
    return new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#memory.stop();
        resolve({
          code: code ?? undefined,
          signal: signal ?? undefined,
          outputError: this.#outputError,
          logLines: this.#logLines,
          peakMemoryMib: this.#memory.mib,
        });
      };
      this.#child.once('close', end);
      this.#child.once('error', (error) => {
        this.#logLines.push(error.message);
        end(null, null);
      });
    });
  }
}

/** The message of a line of stderr: of its JSON if it is that, else the line. */
export function logMessageOf(line: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line ?? '');
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) {
      return String(parsed.message);
    }
  } catch {
    // A line of another program's, or a stack trace.
  }
  return line;
}
