import type { CommandHost, Files, Screen } from '../../../connector/host.ts';
import { createContext } from '../../../connector/cli/command.ts';
import { terminalOf, type Terminal } from '../../../connector/cli/terminal/terminal.ts';
import { fakeHost } from './fake-host.ts';

/** Files in memory; `writes` tells which were replaced, in their order. */
export function memoryFiles(texts: Record<string, string>): Files & {
  readonly texts: Record<string, string>;
  readonly writes: string[];
} {
  const writes: string[] = [];
  return {
    texts,
    writes,
    read: (path) => Promise.resolve(texts[path]),
    replace: (path, text) => {
      writes.push(path);
      texts[path] = typeof text === 'string' ? text : [...text].join('');
      return Promise.resolve();
    },
    openSink: () => Promise.reject(new Error('These files do not grow')),
    facts: (path) => {
      const text = texts[path];
      const kind = text === undefined ? 'none' : 'file';
      return Promise.resolve({ kind, identity: path, bytes: text?.length ?? 0 });
    },
    lock: () => Promise.resolve({ kind: 'held', release: () => Promise.resolve() }),
  };
}

export interface FakeCommandOptions {
  readonly files?: Record<string, string>;
  /** Width of both screens; absent where they are none. */
  readonly columns?: number;
  readonly environment?: CommandHost['environment'];
  readonly isInputTerminal?: boolean;
}

/** A process in memory, for commands; what it shows on either output is kept. */
export function fakeCommandHost(options: FakeCommandOptions = {}) {
  const { environment = {}, isInputTerminal = false } = options;
  const fake = fakeHost({ environment });
  const errors: string[] = [];
  const screen = (written: string[]): Screen => ({
    isTerminal: options.columns !== undefined,
    columns: options.columns,
    rows: options.columns === undefined ? undefined : 24,
    write: (text) => void written.push(text),
  });
  const files = memoryFiles({ ...options.files });
  const host: CommandHost = {
    ...fake.host,
    logLine: (line) => void errors.push(`${line}\n`),
    files,
    screens: { stdout: screen(fake.written), stderr: screen(errors) },
    isInputTerminal,
    program: '/opt/source-dynamodb/dist/main.js',
    system: 'Node v24.1.0, linux x64',
  };
  return {
    host,
    files,
    context: createContext(host),
    stdout: () => fake.written.join(''),
    stderr: () => errors.join(''),
  };
}

/** A terminal of this width, without colours. */
export function fakeTerminal(columns: number): Terminal {
  return terminalOf(fakeCommandHost({ columns, environment: { NO_COLOR: '1' } }).host, 'stdout');
}
