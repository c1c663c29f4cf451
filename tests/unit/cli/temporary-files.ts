/** Real files in a folder that is gone when the test is over. */

import { afterEach } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { factsOf } from '../../../connector/process-host/file-facts.ts';
import { lockFile } from '../../../connector/process-host/file-lock.ts';
import { openFileSink } from '../../../connector/process-host/file-sink.ts';
import { codeOf } from '../../../connector/errors.ts';
import type { Files, FileSink } from '../../../connector/host.ts';
import { replaceFile } from '../../../connector/process-host/replace-file.ts';

const folders: string[] = [];
const sinks: FileSink[] = [];

afterEach(async () => {
  await Promise.all(sinks.splice(0).map((sink) => sink.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

export interface TemporaryFiles {
  readonly files: Files;
  /** A path in the folder. */
  readonly pathOf: (name: string) => string;
  readonly textOf: (name: string) => string;
}

export function temporaryFiles(): TemporaryFiles {
  const folder = mkdtempSync(path.join(tmpdir(), 'source-dynamodb-'));
  folders.push(folder);
  const pathOf = (name: string) => path.join(folder, name);
  const files: Files = {
    read: (file) =>
      readFile(file, 'utf8').catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }),
    replace: replaceFile,
    async openSink(file, keptBytes) {
      const sink = await openFileSink(file, keptBytes);
      sinks.push(sink);
      return sink;
    },
    facts: factsOf,
    lock: lockFile,
  };
  return { files, pathOf, textOf: (name) => readFileSync(pathOf(name), 'utf8') };
}
