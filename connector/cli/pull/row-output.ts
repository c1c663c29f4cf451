/** The rows of reduced collections, as lines: to stdout, or in the place of a file. */

import type { CommandHost } from '../../host.ts';
import { stringifyJson, type JsonValue } from '../../reduction/reduction.ts';
import { replaceOutput } from './document-output.ts';

/** A write for each row would take its time. */
const rowsPerWrite = 500;

type Collections = ReadonlyMap<string, readonly JsonValue[]>;

/** Puts out all rows; `output` is a path, or `-` for stdout. Throws `file-unusable`. */
export async function putRows(
  collections: Collections,
  output: string,
  host: Pick<CommandHost, 'files' | 'output'>,
): Promise<void> {
  if (output !== '-') {
    await replaceOutput(host.files, output, rowLines(collections));
    return;
  }
  for (const lines of rowLines(collections)) await host.output.write([Buffer.from(lines)]);
}

/** As documents are put out, many lines at a time. */
function* rowLines(collections: Collections): Generator<string> {
  for (const [name, rows] of collections) {
    const line = (row: JsonValue) => `[${JSON.stringify(name)},${stringifyJson(row)}]\n`;
    for (let start = 0; start < rows.length; start += rowsPerWrite) {
      yield rows
        .slice(start, start + rowsPerWrite)
        .map(line)
        .join('');
    }
  }
}
