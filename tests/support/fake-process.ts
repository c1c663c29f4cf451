/** Our own fake DynamoDB as a process of its own: for where there is no Java, and for faults that Local has not. */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DynamoDbServer } from './dynamodb-local.ts';

/** What `npm run demo` makes of `tests/fake-server/main.ts`. */
const program = 'build/fake-server/main.js';
/** As far from the client as the next building. */
const latencyMsMax = 3;
const stopMsMax = 5_000;

export interface FakeProcessOptions {
  /** True to leave it running when our process is gone. */
  readonly isKept: boolean;
  /** Taken if it is free; any free port otherwise. */
  readonly port: number;
}

/** Starts a fake with empty tables. Throws what it says when it cannot start. */
export async function openFakeDynamoDb(options: FakeProcessOptions): Promise<DynamoDbServer> {
  if (!existsSync(program)) {
    throw new Error(`There is no ${program}: "npm run demo -- --fake" builds it`);
  }
  try {
    return await startFake(options);
  } catch (error) {
    if (options.port === 0) throw error;
    return startFake({ ...options, port: 0 });
  }
}

async function startFake({ isKept, port }: FakeProcessOptions): Promise<DynamoDbServer> {
  const flags = ['--port', String(port), '--latency', String(latencyMsMax)];
  // While we live, its input is open: a killed demo cannot clean up after itself.
  const child = spawn(process.execPath, [program, ...flags, ...(isKept ? [] : ['--until-eof'])], {
    // A session of its own: an interrupt at the terminal must not end the tables before their readers.
    detached: true,
    stdio: [isKept ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const endpoint = await firstLine(child);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
  return {
    endpoint,
    description: 'our fake DynamoDB',
    pid: child.pid,
    stop: () => stopped(child),
  };
}

/** Its endpoint, once it can be reached. */
async function firstLine(child: ChildProcess): Promise<string> {
  const errors: Buffer[] = [];
  child.stderr?.on('data', (bytes: Buffer) => errors.push(bytes));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const [line = ''] = Buffer.concat(errors).toString().split('\n').filter(Boolean).slice(-1);
      reject(new Error(`The fake DynamoDB ended with code ${code ?? 0}: ${line}`));
    });
    createInterface({ input: child.stdout! }).once('line', resolve);
  });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await exited;
  clearTimeout(late);
}
