/** Where documents go: stdout, or a file that is cut back to what was committed. */

import path from 'node:path';
import { codeOf, ConnectorError, errorCodes, messageOf, nameOf } from '../../errors.ts';
import type { ByteSink, Files } from '../../host.ts';
import type { CommittedOutput } from './pull-state.ts';

export interface DocumentOutput {
  /** Resolves when the lines have been taken. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** What is there for good, if it is a file: so much of it, once this resolves. */
  sync(): Promise<CommittedOutput | undefined>;
  close(): Promise<void>;
}

export function pipeOutput(sink: ByteSink): DocumentOutput {
  return {
    write: (pieces) => sink.write([Buffer.concat(pieces)]),
    sync: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}

/**
 * A file. What a crash left behind the committed bytes is cut off; a file that no state knows is replaced. Throws
 * `file-unusable`.
 */
export async function fileOutput(
  files: Pick<Files, 'openSink'>,
  file: string,
  committed: CommittedOutput | undefined,
): Promise<DocumentOutput> {
  const kept = committed !== undefined && isSameFile(committed.file, file) ? committed.bytes : 0;
  const unusable = (error: unknown) => fileUnusable(file, kept, error);
  const sink = await files.openSink(file, kept).catch((error: unknown) => {
    throw unusable(error);
  });
  let bytes = kept;
  return {
    async write(pieces) {
      await sink.append(pieces).catch((error: unknown) => {
        throw unusable(error);
      });
      bytes += pieces.reduce((sum, piece) => sum + piece.length, 0);
    },
    async sync() {
      const synced = bytes;
      await sink.sync().catch((error: unknown) => {
        throw unusable(error);
      });
      return { file, bytes: synced };
    },
    close: () => sink.close(),
  };
}

/** Puts a text into a file, in the place of whatever was there. Throws `file-unusable`. */
export async function replaceOutput(
  files: Pick<Files, 'replace'>,
  file: string,
  text: Iterable<string>,
): Promise<void> {
  await files.replace(file, text).catch((error: unknown) => {
    throw fileUnusable(file, 0, error);
  });
}

export function isSameFile(one: string, other: string): boolean {
  return path.resolve(one) === path.resolve(other);
}

function fileUnusable(file: string, kept: number, error: unknown): ConnectorError {
  if (nameOf(error) === 'RangeError' || (codeOf(error) === 'ENOENT' && kept > 0)) {
    const found = codeOf(error) === 'ENOENT' ? 'is gone' : `has ${messageOf(error)}`;
    return new ConnectorError(
      errorCodes.fileUnusable,
      `Cannot go on with file "${file}": the state file knows ${kept} bytes of it, and it ${found}`,
      { hint: 'Bring it back, or remove the state file to start over.' },
    );
  }
  return new ConnectorError(
    errorCodes.fileUnusable,
    `Cannot write file "${file}": ${messageOf(error)}`,
    { cause: error },
  );
}
