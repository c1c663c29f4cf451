/** What is measured: each scenario is run several times, with its floor, and told by its medians. */

import type { PacingPhase } from '../simulation/pacing-scenes.ts';
import { makeCertificate } from './certificate.ts';
import { runCapture, type CaptureRun } from './capture-run.ts';
import type { FloorResult } from './floor.ts';
import { median } from './median.ts';
import { RoleProcess } from './role-process.ts';
import { shapeNames, type ShapeName } from './shapes.ts';
import type { ServerSettings } from './static-server.ts';
import type { TranscodeResult } from './transcode-role.ts';
import type { CodecName } from '../support/connector-process.ts';

export interface BenchOptions {
  readonly command: readonly string[];
  readonly codec: CodecName;
  readonly runs: number;
  readonly seconds: number;
  /** For files that live as long as the benchmark. */
  readonly folder: string;
}

/** MB are 10^6 bytes of response JSON, MiB 2^20; figures per core are per second of CPU time. */
export interface Result {
  readonly name: string;
  /** What there is to say beside the figures; it follows the connector's name. */
  readonly note?: string;
  readonly documentsPerSecond?: number;
  readonly mibPerSecond?: number;
  readonly outputMibPerSecond?: number;
  readonly cpuSecondsPerGib?: number;
  readonly mbPerSecondPerCore?: number;
  readonly documentsPerSecondPerCore?: number;
  readonly peakMemoryMib?: number;
  /** The most so far before the reader of the output stood still, and before it went on. */
  readonly readingMib?: number;
  readonly stoodStillMib?: number;
  /** Of the floor's speed per core, in the same runs. */
  readonly ratioToFloor?: number;
  /** Garbage collection's part of the CPU time. */
  readonly gcShare?: number;
  /** Scan's part of the bytes, where there are both. */
  readonly scanShare?: number;
  readonly specMs?: number;
  readonly firstDocumentMs?: number;
  /** The same of the last document of tables that do not change, and of the end of a capture that ends caught up. */
  readonly lastDocumentMs?: number;
  readonly caughtUpMs?: number;
  /** Of streams: shards read, and from the start until all are; or from a roll-over until their children are. */
  readonly openShards?: number;
  readonly firstReadSeconds?: number;
  /** Calls of DescribeStream in that time. */
  readonly listCalls?: number;
  /** CPU seconds per second. */
  readonly cpuShare?: number;
  /** Of GetRecords. */
  readonly callsPerSecond?: number;
  readonly callsPerShardHour?: number;
  /** What AWS asks for these calls. */
  readonly dollarsPerMonth?: number;
  readonly recordsPerSecond?: number;
  readonly latencyCount?: number;
  readonly latencyMsP50?: number;
  readonly latencyMsP99?: number;
  readonly latencyMsMax?: number;
  readonly pacing?: Pacing;
}

/** A table's capacity shared by its users and a backfill, in units per second. */
export interface Pacing {
  readonly capacity: number;
  readonly userCalls: number;
  readonly userThrottles: number;
  readonly phases: readonly (PacingPhase & { readonly leftUnits: number })[];
  readonly points: readonly {
    readonly atSeconds: number;
    readonly demand: number;
    readonly backfillUnits: number;
    readonly userThrottles: number;
  }[];
}

export interface Scenario {
  readonly name: string;
  run(options: BenchOptions): Promise<Result>;
}

/** Of a connector that alternates between both. */
export const readsNoOpenShard = 'reads no open shard during its backfill';
/** Pages that no connector will come to the end of. */
const endless = 1_000_000;
const idleStream = { shardCount: 1, pagesPerSegment: endless };
/** Each may be read five times a second: enough shards to keep a core busy, and in "both" a part of it. */
const drainShards = 160;
const bothShards = 12;
const busyTableShards = 200;
const startUpRuns = 5;
/** The floor settles at once, and is not what is looked at. */
const floorSeconds = 1.5;

export const speedScenarios: readonly Scenario[] = [
  ...shapeNames.map((shape) => capture(`backfill-${shape}`, { ...idleStream, shape }, 'http')),
  capture('backfill-400-byte-https', { ...idleStream, shape: '400-byte' }, 'https'),
  capture(
    'stream-drain',
    { shape: undefined, pagesPerSegment: 0, shardCount: drainShards, records: '400-byte' },
    'http',
  ),
  capture(
    'both-at-once',
    { shape: '400-byte', pagesPerSegment: endless, shardCount: bothShards, records: '400-byte' },
    'http',
  ),
  ...[...shapeNames, undefined].map(transcoder),
  { name: 'start-up', run: startUp },
];

function capture(
  name: string,
  settings: Omit<ServerSettings, 'tls'>,
  protocol: 'http' | 'https',
): Scenario {
  return {
    name,
    async run(options) {
      const call = settings.shape === undefined ? 'GetRecords' : 'Scan';
      const runs = await withServer(settings, protocol, options, async (server) => {
        const { certificate } = server;
        const run = await runCapture({ ...options, ...server }, server.process);
        const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate ?? '' };
        const floor = new RoleProcess<{ seconds: number }, FloorResult>(
          'floor',
          { endpoint: server.endpoint, call },
          { env },
        );
        const { bytes, cpuSeconds } = await floor.ask({ seconds: floorSeconds });
        floor.stop();
        return { ...figuresOf(run), floor: bytes / cpuSeconds };
      });
      const ratioToFloor = median(runs.map((run) => run.bytesPerCore / run.floor));
      const readsNoShard =
        settings.records !== undefined &&
        settings.shape !== undefined &&
        runs.every((run) => run.scanShare === 1);
      return {
        name,
        ...medianOf(runs),
        ratioToFloor,
        ...(readsNoShard ? { note: readsNoOpenShard } : {}),
      };
    },
  };
}

/** One busy table over many shards, all of them full. */
export const busyTable = capture(
  'busy-200-full',
  { shape: undefined, pagesPerSegment: 0, shardCount: busyTableShards, records: '400-byte' },
  'http',
);

type Figures = ReturnType<typeof figuresOf>;

function figuresOf(run: CaptureRun) {
  const { scan, records } = run.served;
  const bytes = scan.bytes + records.bytes;
  return {
    documentsPerSecond: run.documents / run.seconds,
    mibPerSecond: bytes / run.seconds / 2 ** 20,
    outputMibPerSecond: run.outputBytes / run.seconds / 2 ** 20,
    cpuSecondsPerGib: (run.cpuSeconds / bytes) * 2 ** 30,
    mbPerSecondPerCore: bytes / run.cpuSeconds / 1e6,
    documentsPerSecondPerCore: run.documents / run.cpuSeconds,
    peakMemoryMib: run.peakMemoryMib,
    bytesPerCore: bytes / run.cpuSeconds,
    scanShare: scan.bytes / bytes,
    gcShare: run.gc === undefined ? NaN : run.gc.gcMs / run.gc.cpuMs,
  };
}

function medianOf(runs: readonly Figures[]): Omit<Result, 'name'> {
  const names = [
    'documentsPerSecond',
    'mibPerSecond',
    'outputMibPerSecond',
    'cpuSecondsPerGib',
    'mbPerSecondPerCore',
    'documentsPerSecondPerCore',
    'peakMemoryMib',
    'scanShare',
    'gcShare',
  ] as const;
  const figures = names.map((name) => [name, median(runs.map((run) => run[name]))] as const);
  return Object.fromEntries(figures.filter(([, figure]) => !Number.isNaN(figure)));
}

function transcoder(shape: ShapeName | undefined): Scenario {
  const name = `transcoder-${shape ?? 'records'}`;
  return {
    name,
    async run({ codec, runs, seconds }) {
      const results: TranscodeResult[] = [];
      for (let run = 0; run < runs; run += 1) {
        const role = new RoleProcess<{ seconds: number }, TranscodeResult>('transcode', {
          ...(shape === undefined ? {} : { shape }),
          codec,
        });
        results.push(await role.ask({ seconds }));
        role.stop();
      }
      const of = (figure: (result: TranscodeResult) => number) => median(results.map(figure));
      const documentsPerSecond = of((each) => each.documents / each.cpuSeconds);
      return {
        name,
        documentsPerSecond,
        documentsPerSecondPerCore: documentsPerSecond,
        mibPerSecond: of((each) => each.bytes / each.cpuSeconds / 2 ** 20),
        outputMibPerSecond: of((each) => each.outputBytes / each.cpuSeconds / 2 ** 20),
        cpuSecondsPerGib: of((each) => (each.cpuSeconds / each.bytes) * 2 ** 30),
        mbPerSecondPerCore: of((each) => each.bytes / each.cpuSeconds / 1e6),
      };
    },
  };
}

async function startUp(options: BenchOptions): Promise<Result> {
  const settings = { ...idleStream, shape: '400-byte' } as const;
  const many = { ...options, runs: Math.max(startUpRuns, options.runs), seconds: 0 };
  const runs = await withServer(settings, 'http', many, (server) =>
    runCapture({ ...many, ...server }, server.process),
  );
  return {
    name: 'start-up',
    specMs: median(runs.map((run) => run.specMs)),
    firstDocumentMs: median(runs.map((run) => run.firstDocumentMs)),
    peakMemoryMib: median(runs.map((run) => run.peakMemoryMib)),
  };
}

interface RunningServer {
  readonly process: RoleProcess<'port' | 'served', unknown>;
  readonly endpoint: string;
  readonly certificate: string | undefined;
}

/** Each run has a server of its own: none inherits what another left behind. */
async function withServer<T>(
  settings: Omit<ServerSettings, 'tls'>,
  protocol: 'http' | 'https',
  options: BenchOptions,
  run: (server: RunningServer) => Promise<T>,
): Promise<T[]> {
  const tls = protocol === 'https' ? makeCertificate(options.folder) : undefined;
  const results: T[] = [];
  for (let turn = 0; turn < options.runs; turn += 1) {
    const server = new RoleProcess<'port' | 'served', unknown>('server', { ...settings, tls });
    try {
      const endpoint = `${protocol}://127.0.0.1:${Number(await server.ask('port'))}`;
      results.push(await run({ process: server, endpoint, certificate: tls?.certificate }));
    } finally {
      server.stop();
    }
  }
  return results;
}
