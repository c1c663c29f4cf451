/** The rows of reduced collections, as lines: to stdout, or in the place of a file or of several. */

import path from 'node:path';
import type { CommandHost } from '../../host.ts';
import type { JsonValue } from '../../reduction/reduction.ts';
import { isFolder, replaceOutput } from './document-output.ts';
import type { ReducedCollection } from './reduced-collections.ts';
import { fileNames, rowLines, type Format } from './row-format.ts';

type Collections = ReadonlyMap<string, readonly JsonValue[]>;

export interface RowOptions {
  /** Path of a file, of a folder with a slash at its end, or `-` for stdout. */
  readonly output: string;
  readonly format: Format;
  readonly collections: readonly ReducedCollection[];
}

/** Puts out all rows. Throws `file-unusable`. */
export async function putRows(
  rows: Collections,
  { output, format, collections }: RowOptions,
  host: Pick<CommandHost, 'files' | 'output'>,
): Promise<void> {
  const keys = new Map(collections.map(({ name, key }) => [name, key]));
  const linesOf = (name: string) =>
    rowLines(format, name, keys.get(name) ?? [], rows.get(name) ?? []);
  if (isFolder(output)) {
    for (const [name, file] of fileNames([...rows.keys()], format)) {
      await replaceOutput(host.files, path.join(output, file), linesOf(name));
    }
    return;
  }
  const lines = [...rows.keys()].map(linesOf);
  if (output === '-') {
    for (const each of lines) for (const text of each) await host.output.write([Buffer.from(text)]);
  } else {
    await replaceOutput(host.files, output, joined(lines));
  }
}

function* joined(all: readonly Iterable<string>[]): Generator<string> {
  for (const each of all) yield* each;
}
