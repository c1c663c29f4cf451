/** The outside world as one type: whatever is not in here, the connector does not touch. */

import type { BufferPool } from './buffer-pool.ts';

/** Time. Every wait and every timestamp goes through it, so tests can run weeks in seconds. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May go back when the machine's clock is set. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Resolves once whatever is due, or has come in, had its turn; absent where nothing does so by itself. */
  turn?(): Promise<void>;
}

/** Where bytes go. */
export interface ByteSink {
  /**
   * Takes the bytes in order of the calls, at once, and resolves when the reader has taken enough of them
   * that more may come. The bytes must not be changed until then. Rejects when the reader is gone.
   */
  write(pieces: readonly Uint8Array[]): Promise<void>;
}

/**
 * Called with the length of a response's body before it is read, where the server tells that. While the promise is
 * pending nothing is read; a request whose promise rejects fails with its reason.
 */
export type MakeRoom = (bodyBytes: number) => Promise<void> | undefined;

/** One HTTP request, already signed. */
export interface HttpRequest {
  readonly method: 'POST' | 'GET' | 'PUT';
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** A transport of tests may leave it alone. */
  readonly makeRoom?: MakeRoom | undefined;
}

/** One HTTP response, read to its end. Header names are in lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The way to AWS. */
export interface HttpTransport {
  /**
   * Sends a request and reads the whole response. Rejects on a connection that fails, hangs longer than
   * `timeoutMs`, takes much longer than that in all for what it brings, ends early, or answers what is not HTTP
   * (error `code` as Node's: `ECONNREFUSED`, `ECONNRESET`, `ETIMEDOUT`, `HPE_…`), and with the signal's reason
   * when it aborts.
   */
  send(request: HttpRequest, timeoutMs: number, signal: AbortSignal): Promise<HttpResponse>;
  /** Where bodies come from: who is done with one may give it back, to be lent to a later one. */
  readonly buffers?: BufferPool;
}

/** Everything a process gives us. */
export interface Host {
  /** Requests, in pieces of any size; ends when the runtime closes it. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Responses: the protocol and nothing else. */
  readonly output: ByteSink;
  /** Takes one line (without its newline) for stderr, at once. */
  readonly logLine: (line: string) => void;
  readonly clock: Clock;
  /** A number in [0, 1), as `Math.random`. */
  readonly random: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly http: HttpTransport;
  /** Aborts when the process is asked to stop (SIGTERM, SIGINT). */
  readonly stop: AbortSignal;
}

/** What the program's commands for people get besides; serving the protocol needs none of it. */
export interface CommandHost extends Host {
  readonly files: Files;
  /** What stdout and stderr are shown on. */
  readonly screens: { readonly stdout: Screen; readonly stderr: Screen };
  /** True when a person types what comes in. */
  readonly isInputTerminal: boolean;
  /** Path of the program that runs. */
  readonly program: string;
  /** What the program runs on, for reports of bugs: `Node v24.1.0, linux x64`. */
  readonly system: string;
}

/** The files below the working folder. Paths may be relative to it. */
export interface Files {
  /** A file's text; undefined where there is none. Rejects with Node's error on what cannot be read. */
  read(path: string): Promise<string | undefined>;
  /**
   * Replaces a file's text, or its text in pieces, as a whole, so that a reader finds the old one or the new one;
   * makes its folder. A file that is new, and `isPrivate`, can be read by its owner alone.
   */
  replace(
    path: string,
    text: string | Iterable<string>,
    options?: { readonly isPrivate: boolean },
  ): Promise<void>;
  /**
   * A file to write behind its first bytes; whatever lies behind them is cut off. Makes its folder. Rejects with
   * Node's error, and with a `RangeError` when the file is shorter. A new one can be read by its owner alone.
   */
  openSink(path: string, keptBytes: number): Promise<FileSink>;
  /** What a path leads to. Rejects with Node's error where that cannot be known. */
  facts(path: string): Promise<FileFacts>;
  /**
   * Keeps other processes that ask for it from a file until it is released, or this process is gone. The file need
   * not be there; its folder is made.
   */
  lock(path: string): Promise<FileLock>;
}

export interface FileFacts {
  /** A device is also a pipe and a socket. */
  readonly kind: 'file' | 'folder' | 'device' | 'none';
  /** The same for all names of one file, whatever links lie between them. */
  readonly identity: string;
  /** Of a file; 0 of anything else. */
  readonly bytes: number;
}

export type FileLock =
  | { readonly kind: 'held'; release(): Promise<void> }
  /** `lock` is the file that says so, and `holder` who has it, as far as known. */
  | { readonly kind: 'taken'; readonly lock: string; readonly holder: string };

/** A file that grows. Each call after the one before has resolved. */
export interface FileSink {
  append(pieces: readonly Uint8Array[]): Promise<void>;
  /** Resolves when the disk has everything. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Where an output of the process ends up, as far as its looks depend on it. */
export interface Screen {
  /** False for files and pipes. */
  readonly isTerminal: boolean;
  /** Its width now, which changes with the window; undefined where nothing is known. */
  readonly columns: number | undefined;
  /** Its height now, likewise. */
  readonly rows: number | undefined;
  /** Shows a text at once. */
  write(text: string): void;
}
