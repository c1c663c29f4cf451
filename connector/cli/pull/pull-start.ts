/** What `pull` begins with: the capture, what an earlier run has left, and where documents go. */

import path from 'node:path';
import { ConnectorError, errorCodes } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { CommandContext } from '../command.ts';
import {
  fileOutput,
  folderOutput,
  isFolder,
  isSameFile,
  pipeOutput,
  type DocumentOutput,
} from './document-output.ts';
import type { ProgressView } from './progress-view.ts';
import { readPullCapture } from './pull-capture.ts';
import type { PullCapture } from './pulled-capture.ts';
import { assertApart, lockState } from './pull-files.ts';
import { PullCommits, type Destination } from './pull-commits.ts';
import { readPullState, type PullState } from './pull-state.ts';
import type { PullOptions } from './pull-options.ts';
import { fileNames } from './row-format.ts';
import { ReducedCollections } from './reduced-collections.ts';

export interface PullRun {
  readonly capture: PullCapture;
  readonly saved: PullState | undefined;
  readonly destination: Destination;
  readonly commits: PullCommits;
  /** Lets other runs have the state file. */
  release(): Promise<void>;
}

/** Throws what is wrong with the files, before anything is captured. */
export async function startPull(
  options: PullOptions,
  context: CommandContext,
  { log, view }: { readonly log: Log; readonly view: ProgressView },
): Promise<PullRun> {
  const { host } = context;
  const { state, output } = options;
  const capture = await readPullCapture(options, { host, log });
  assertTold(options, capture);
  const outputs = isFolder(output) ? filePathsOf(options, capture) : output === '-' ? [] : [output];
  await assertApart(host.files, { read: capture.filesRead, state, outputs });
  const lock = await lockState(host.files, state);
  try {
    const begun = await begin(options, context, capture, view);
    return { capture, ...begun, release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function begin(
  options: PullOptions,
  context: CommandContext,
  capture: PullCapture,
  view: ProgressView,
): Promise<Pick<PullRun, 'saved' | 'destination' | 'commits'>> {
  const { host } = context;
  const { state: stateFile } = options;
  const { name, collections } = capture;
  const saved =
    stateFile === undefined ? undefined : await readPullState(host.files, stateFile, name);
  assertGoesOn(saved, options);
  const destination: Destination = options.reduce
    ? { kind: 'rows', rows: rowsOf(capture, saved) }
    : { kind: 'output', output: await outputOf(options, context, capture, saved, view) };
  const commits = new PullCommits({
    files: host.files,
    clock: host.clock,
    capture: name,
    collectionNames: collections.map((collection) => collection.name),
    ...{ destination, stateFile, saved },
    documentsMax: options.limit ?? Infinity,
    format: options.format,
  });
  return { saved, destination, commits };
}

function rowsOf({ collections }: PullCapture, saved: PullState | undefined): ReducedCollections {
  const rows = new ReducedCollections(collections);
  rows.restore(saved?.collections ?? new Map());
  return rows;
}

/** Throws where lines would not tell what they are: without their collection, or without all columns. */
function assertTold({ format, output, reduce }: PullOptions, { collections }: PullCapture): void {
  const refuse = (problem: string, hint: string) => {
    throw new ConnectorError(errorCodes.configInvalid, problem, { hint });
  };
  if (format === 'csv' && !reduce) {
    refuse('CSV needs all of its columns before its first row', 'Add --reduce.');
  }
  const count = new Set(collections.map(({ name }) => name)).size;
  if (format === 'flow' || count < 2 || isFolder(output)) return;
  refuse(
    `Lines of ${format} do not say which of ${count} collections they belong to`,
    'Use --output folder/ for a file of each, or --table for one of them.',
  );
}

/** Of each binding. */
function filePathsOf({ output, format }: PullOptions, { collections }: PullCapture): string[] {
  const names = collections.map(({ name }) => name);
  const files = fileNames(names, format);
  return names.map((name) => path.join(output, files.get(name) ?? ''));
}

async function outputOf(
  options: PullOptions,
  { host, stdout }: CommandContext,
  capture: PullCapture,
  saved: PullState | undefined,
  view: ProgressView,
): Promise<DocumentOutput> {
  const { output } = options;
  if (isFolder(output)) {
    return folderOutput(host.files, output, filePathsOf(options, capture), saved?.output);
  }
  if (output !== '-') return fileOutput(host.files, output, saved?.output);
  const pipe = pipeOutput(host.output);
  if (!stdout.isTerminal) return pipe;
  // Documents and bars may share a terminal.
  return {
    ...pipe,
    async write(pieces, binding) {
      view.clear();
      await pipe.write(pieces, binding);
      view.restore();
    },
  };
}

/** Throws where a state file does not go with the options: its documents would be torn, or overwritten. */
function assertGoesOn(saved: PullState | undefined, options: PullOptions): void {
  if (saved === undefined) return;
  const { state = '', output, reduce, format } = options;
  const refuse = (problem: string, hint: string) => {
    throw new ConnectorError(errorCodes.stateInvalid, `State file "${state}" ${problem}`, {
      hint: `${hint}, or name another file with --state.`,
    });
  };
  const isReduced = saved.collections !== undefined;
  if (reduce && !isReduced) {
    refuse('was started without --reduce, and has no rows to continue from', 'Leave out --reduce');
  }
  if (!reduce && isReduced) refuse('was started with --reduce', 'Add --reduce');
  // Rows are put out anew each time, wherever that may be.
  if (isReduced) return;
  if (saved.format !== format) {
    refuse(`was started with --format ${saved.format}`, `Use --format ${saved.format}`);
  }
  const before = saved.output?.file ?? '-';
  const isSame = output === '-' || before === '-' ? output === before : isSameFile(before, output);
  if (isSame) return;
  const place = before === '-' ? 'stdout' : `"${before}"`;
  refuse(`was started with its documents going to ${place}`, `Use --output ${before}`);
}
