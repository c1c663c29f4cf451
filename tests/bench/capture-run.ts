/** One run of a connector against the static server: started, opened, watched for a while, stopped. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { endpointConfig } from '../support/connector-command.ts';
import type { CodecName } from '../support/connector-process.ts';
import type { JsonObject } from '../support/flow-runtime.ts';
import { encodeRequest } from '../support/request-encoder.ts';
import { monotonicMs, type Drained, type DrainQuestion } from './drain.ts';
import { probeFd, probeOption, readGcReport, type GcReport } from './gc-probe.ts';
import { cpuSeconds, peakMemoryMib } from './process-tree.ts';
import { RoleProcess } from './role-process.ts';
import { type Served, tableName } from './static-server.ts';

/** CPU time in which compilers and connections settle. */
const warmUpSeconds = 1.5;
/** A connector that waits more than it works is not waited for longer than this many times the CPU time. */
const wallTimesMax = 6;
const lookIntervalMs = 100;
const stopMsMax = 10_000;
const logLinesMax = 20;

export interface CaptureOptions {
  readonly command: readonly string[];
  readonly codec: CodecName;
  readonly endpoint: string;
  /** File of the certificate to trust. */
  readonly certificate: string | undefined;
  /** CPU time of the connector that is measured, whatever else the machine does; 0: end with the first document. */
  readonly seconds: number;
  /** Where a named pipe may be made. */
  readonly folder: string;
}

/** What a run was seen to do within its window. */
export interface CaptureRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly served: Served;
  readonly documents: number;
  readonly outputBytes: number;
  /** Of the whole run. */
  readonly peakMemoryMib: number;
  readonly gc: GcReport | undefined;
  /** From the process's start to its answer to `spec`, and to its first document. */
  readonly specMs: number;
  readonly firstDocumentMs: number;
}

type Drain = RoleProcess<DrainQuestion, Drained>;
type Server = RoleProcess<'port' | 'served', unknown>;

/** Throws what the connector said last when it ends too early. */
export async function runCapture(options: CaptureOptions, server: Server): Promise<CaptureRun> {
  const started = await startConnector<DrainQuestion, Drained>({
    ...options,
    drain: 'drain',
    first: 'now',
    hasProbe: options.seconds > 0,
  });
  const { connector, drain, gcReport, ended, startedAtMs } = started;
  try {
    const run = (async () => {
      const { firstResponseAtMs = 0 } = await drain.ask('first-response');
      send(connector, options.codec, { open: openRequest(options.endpoint, [tableName]) });
      const { firstDocumentAtMs = 0 } = await drain.ask('first-document');
      const times = {
        specMs: firstResponseAtMs - startedAtMs,
        firstDocumentMs: firstDocumentAtMs - startedAtMs,
      };
      return { ...times, ...(await measure(connector.pid ?? 0, options.seconds, server, drain)) };
    })();
    send(connector, options.codec, { spec: { connectorType: 'IMAGE', config: {} } });
    const measured = await Promise.race([run, ended]);
    await stop(connector);
    return { ...measured, gc: await gcReport };
  } finally {
    connector.kill('SIGKILL');
    drain.stop();
  }
}

async function measure(pid: number, windowSeconds: number, server: Server, drain: Drain) {
  if (windowSeconds > 0) await untilUsed(pid, warmUpSeconds);
  const look = async () => {
    const used = { atMs: monotonicMs(), cpuSeconds: cpuSeconds(pid) };
    const [served, drained] = await Promise.all([server.ask('served'), drain.ask('now')]);
    return { ...used, served: served as Served, drained };
  };
  const before = await look();
  await untilUsed(pid, windowSeconds);
  const after = await look();
  const served = (kind: keyof Served) => ({
    pages: after.served[kind].pages - before.served[kind].pages,
    bytes: after.served[kind].bytes - before.served[kind].bytes,
    elements: after.served[kind].elements - before.served[kind].elements,
  });
  return {
    seconds: (after.atMs - before.atMs) / 1000,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    served: { scan: served('scan'), records: served('records') },
    documents: after.drained.documents - before.drained.documents,
    outputBytes: after.drained.bytes - before.drained.bytes,
    peakMemoryMib: peakMemoryMib(pid),
  };
}

/** Waits until the process has used so much more CPU time. */
async function untilUsed(pid: number, seconds: number): Promise<void> {
  const until = cpuSeconds(pid) + seconds;
  const untilMs = monotonicMs() + seconds * wallTimesMax * 1000;
  while (cpuSeconds(pid) < until && monotonicMs() < untilMs) await sleep(lookIntervalMs);
}

export interface StartOptions<Question> extends Pick<
  CaptureOptions,
  'command' | 'codec' | 'certificate' | 'folder'
> {
  /** The role that reads the connector's output. */
  readonly drain: string;
  /** A question it answers at once: asked first, so that its own start does not slow the connector's. */
  readonly first?: Question;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the connector tells of its garbage collection; it must run on Node. */
  readonly hasProbe: boolean;
}

/** Starts a connector whose output goes to a process of its own. */
export async function startConnector<Question, Answer>(options: StartOptions<Question>) {
  const { command, codec, certificate, folder, hasProbe } = options;
  // Flow's runtime gives connectors a pipe, Node's `spawn` would give a pair of sockets.
  const pipe = path.join(folder, `output-${monotonicMs()}`);
  spawnSync('mkfifo', [pipe]);
  const [read, write] = await Promise.all([open(pipe, 'r'), open(pipe, 'w')]);
  const drain = new RoleProcess<Question, Answer>(
    options.drain,
    { codec },
    { stdio: [read.fd, 1, 2, 'ipc'] },
  );
  if (options.first !== undefined) await drain.ask(options.first);
  const [program = '', ...parameters] = command;
  const nodeOptions = [process.env['NODE_OPTIONS'] ?? '', hasProbe ? probeOption : ''];
  const startedAtMs = monotonicMs();
  const connector = spawn(program, parameters, {
    stdio: ['pipe', write.fd, 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...options.environment,
      FLOW_RUNTIME_CODEC: codec,
      NODE_OPTIONS: nodeOptions.join(' ').trim(),
      ...(certificate === undefined
        ? {}
        : { NODE_EXTRA_CA_CERTS: certificate, SSL_CERT_FILE: certificate }),
    },
  });
  await Promise.all([read.close(), write.close()]);
  const log = keepLog(connector);
  const ended = new Promise<never>((_, reject) => {
    connector.once('error', reject);
    connector.once('exit', () => {
      reject(new Error(`Connector ended too early: ${log.join('\n') || 'no output'}`));
    });
  });
  ended.catch(() => undefined); // It ends in time, usually.
  const gcReport = readGcReport(connector.stdio[probeFd] as Readable).catch(() => undefined);
  return { connector, drain, gcReport, ended, startedAtMs };
}

function keepLog(connector: ChildProcess): readonly string[] {
  const lines: string[] = [];
  connector.stderr?.on('data', (piece: Buffer) => {
    lines.push(...piece.toString().trimEnd().split('\n'));
    lines.splice(0, lines.length - logLinesMax);
  });
  return lines;
}

export function send(connector: ChildProcess, codec: CodecName, request: object): void {
  connector.stdin?.on('error', () => undefined); // Its end is noticed elsewhere.
  connector.stdin?.write(encodeRequest(codec, request));
}

/** Asks it to end, as Flow does. */
export async function stop(connector: ChildProcess): Promise<void> {
  if (connector.exitCode !== null || connector.signalCode !== null) return;
  connector.stdin?.end();
  connector.kill('SIGTERM');
  await Promise.race([once(connector, 'exit'), sleep(stopMsMax, undefined, { ref: false })]);
}

/** Opens a capture of tables with the key of the benchmark's. */
export function openRequest(
  endpoint: string,
  tableNames: readonly string[],
  advanced: JsonObject = {},
): object {
  const key = ['/pk', '/sk'];
  const bindings = tableNames.map((table) => ({
    resourceConfig: { table },
    resourcePath: [table],
    collection: { name: `bench/${table}`, key, writeSchema: { type: 'object' } },
    stateKey: table,
  }));
  return {
    capture: {
      name: 'bench/source-dynamodb',
      connectorType: 'IMAGE',
      config: endpointConfig(endpoint, advanced),
      bindings,
      intervalSeconds: 300,
    },
    version: '1',
    range: { keyEnd: 0xffffffff, rClockEnd: 0xffffffff },
    state: {},
  };
}
