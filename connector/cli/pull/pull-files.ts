/** The files that `pull` may write: none of them may be one that it reads, nor one that another run has. */

import { ConnectorError, errorCodes, messageOf } from '../../errors.ts';
import type { FileLock, Files } from '../../host.ts';

/** A file by what it is to the command. */
interface NamedFile {
  /** As a sentence begins with it: `--output`. */
  readonly role: string;
  readonly path: string;
}

export interface PullFiles {
  /** What the capture was read from. */
  readonly read: readonly string[];
  readonly state: string | undefined;
  /** Absent for stdout. */
  readonly outputs: readonly string[];
}

/** Throws `file-unusable` where two of the files are one, whatever they are called. */
export async function assertApart(files: Files, { read, state, outputs }: PullFiles) {
  const seen = new Map<string, NamedFile>();
  const named: NamedFile[] = [
    ...read.map((path) => ({ role: 'the capture', path })),
    ...(state === undefined ? [] : [{ role: '--state', path: state }]),
    ...outputs.map((path) => ({ role: '--output', path })),
  ];
  for (const file of named) {
    const { kind, identity } = await files.facts(file.path).catch((error: unknown) => {
      throw unusable(`Cannot use "${file.path}": ${messageOf(error)}`, undefined, error);
    });
    // Several may write to a terminal or to nowhere.
    if (kind === 'device') continue;
    if (kind === 'folder' && file.role !== 'the capture') {
      throw unusable(`${file.role} "${file.path}" is a folder`, folderHint(file.role));
    }
    const before = seen.get(identity);
    if (before === undefined || before.role === file.role) seen.set(identity, file);
    else throw unusable(clash(before, file), 'Name another file. Nothing was written.');
  }
}

function folderHint(role: string): string {
  return role === '--output'
    ? 'Name a file in it, or add a slash for a file of each collection.'
    : 'Name a file in it.';
}

function clash(before: NamedFile, file: NamedFile): string {
  const isCapture = before.role === 'the capture';
  return isCapture
    ? `${file.role} "${file.path}" would overwrite "${before.path}", which the capture was read from`
    : `${before.role} "${before.path}" and ${file.role} "${file.path}" are the same file`;
}

/** Keeps other runs from a state file, if there is one. Throws `file-unusable` when one has it. */
export async function lockState(
  files: Files,
  state: string | undefined,
): Promise<Extract<FileLock, { kind: 'held' }>> {
  if (state === undefined) return { kind: 'held', release: () => Promise.resolve() };
  const lock = await files.lock(state).catch((error: unknown) => {
    throw unusable(`Cannot lock state file "${state}": ${messageOf(error)}`, undefined, error);
  });
  if (lock.kind === 'held') return lock;
  const holder = lock.holder === '' ? '' : ` (${lock.holder})`;
  throw unusable(
    `State file "${state}" is in use by another run${holder}`,
    `Wait until it ends, or name another file with --state. If there is no such run, remove "${lock.lock}".`,
  );
}

function unusable(message: string, hint: string | undefined, cause?: unknown): ConnectorError {
  return new ConnectorError(errorCodes.fileUnusable, message, { hint, cause });
}
