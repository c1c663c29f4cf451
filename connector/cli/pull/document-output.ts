/** Where documents go: stdout, or a file that is cut back to what was committed. */

import path from 'node:path';
import { codeOf, ConnectorError, errorCodes, messageOf, nameOf } from '../../errors.ts';
import type { ByteSink, Files, FileSink } from '../../host.ts';
import type { CommittedOutput } from './pull-state.ts';

export interface DocumentOutput {
  /** Makes ready for the first lines; further calls do nothing. What was there before is gone from then on. */
  begin(): Promise<void>;
  /** Resolves when the lines have been taken, all of one binding where there is a file for each collection. */
  write(pieces: readonly Uint8Array[], binding: number): Promise<void>;
  /** True where bindings go to files of their own. */
  readonly isByBinding?: true;
  /** What is there for good, if it is a file: so much of it, once this resolves. */
  sync(): Promise<CommittedOutput | undefined>;
  close(): Promise<void>;
}

export function pipeOutput(sink: ByteSink): DocumentOutput {
  return {
    begin: () => Promise.resolve(),
    write: (pieces) => sink.write([Buffer.concat(pieces)]),
    sync: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

/**
 * A file. What a crash left behind the committed bytes is cut off; a file that no state knows is replaced. Throws
 * `file-unusable`, at once where committed bytes are missing.
 */
export async function fileOutput(
  files: Pick<Files, 'openSink' | 'facts'>,
  file: string,
  committed: CommittedOutput | undefined,
): Promise<DocumentOutput> {
  const kept = committed !== undefined && isSameFile(committed.file, file) ? committed.bytes : 0;
  const unusable = (error: unknown): never => {
    throw fileUnusable(file, kept, error);
  };
  const { bytes: found, kind } = await files.facts(file).catch(unusable);
  if (kept > found) throw bytesMissing(file, kept, kind === 'none' ? undefined : found);
  let opened: Promise<FileSink> | undefined;
  const open = () => (opened ??= files.openSink(file, kept).catch(unusable));
  let bytes = kept;
  return {
    async begin() {
      await open();
    },
    async write(pieces) {
      const sink = await open();
      await sink.append(pieces).catch(unusable);
      bytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
    },
    async sync() {
      const synced = bytes;
      const sink = await open();
      await sink.sync().catch(unusable);
      return { file, bytes: synced };
    },
    async close() {
      const sink = await opened?.catch(() => undefined);
      await sink?.close();
    },
  };
}

/** True for a path that is meant as a folder: it ends with a slash. */
export function isFolder(output: string): boolean {
  return /[\\/]$/.test(output);
}

/** A folder with a file for each collection; `filePaths` are those of the bindings. Throws `file-unusable`. */
export async function folderOutput(
  files: Pick<Files, 'openSink' | 'facts'>,
  folder: string,
  filePaths: readonly string[],
  committed: CommittedOutput | undefined,
): Promise<DocumentOutput> {
  const outputs = new Map<string, DocumentOutput>();
  for (const file of new Set(filePaths)) {
    const bytes = committed?.files?.[path.basename(file)] ?? 0;
    outputs.set(file, await fileOutput(files, file, { file, bytes }));
  }
  const all = [...outputs.values()];
  return {
    isByBinding: true,
    async begin() {
      for (const output of all) await output.begin();
    },
    async write(pieces, binding) {
      await outputs.get(filePaths[binding] ?? '')?.write(pieces, binding);
    },
    async sync() {
      const sizes: Record<string, number> = {};
      for (const [file, output] of outputs) {
        sizes[path.basename(file)] = (await output.sync())?.bytes ?? 0;
      }
      const bytes = Object.values(sizes).reduce((sum, size) => sum + size, 0);
      return { file: folder, bytes, files: sizes };
    },
    async close() {
      for (const output of all) await output.close();
    },
  };
}

/** Puts a text into a file, in the place of whatever was there. Throws `file-unusable`. */
export async function replaceOutput(
  files: Pick<Files, 'replace'>,
  file: string,
  text: Iterable<string>,
): Promise<void> {
  await files.replace(file, text, { isPrivate: true }).catch((error: unknown) => {
    throw fileUnusable(file, 0, error);
  });
}

export function isSameFile(one: string, other: string): boolean {
  return path.resolve(one) === path.resolve(other);
}

function fileUnusable(file: string, kept: number, error: unknown): ConnectorError {
  // It was whole when the run began.
  if (nameOf(error) === 'RangeError' || (codeOf(error) === 'ENOENT' && kept > 0)) {
    return bytesMissing(file, kept, undefined);
  }
  return new ConnectorError(
    errorCodes.fileUnusable,
    `Cannot write file "${file}": ${messageOf(error)}`,
    { cause: error },
  );
}

/** `found` is what is left of it; undefined where the file is gone. */
function bytesMissing(file: string, kept: number, found: number | undefined): ConnectorError {
  const left = found === undefined ? 'is gone' : `has only ${found} bytes`;
  return new ConnectorError(
    errorCodes.fileUnusable,
    `Cannot continue file "${file}": the state file knows ${kept} bytes of it, and it ${left}`,
    { hint: 'Restore it, or remove the state file to start over.' },
  );
}
