/** The manifests of an export: checked to be what was asked for, and whole. */

import { createHash } from 'node:crypto';
import { parseRfc3339 } from '../time.ts';
import { ExportUnusable } from './repair-error.ts';
import type { Window } from './windows.ts';

/** One data file. */
export interface ExportFile {
  readonly key: string;
  /** Of the object, without quotes. */
  readonly etag: string;
  /** Of the compressed bytes, in base64. */
  readonly md5: string;
  /** Lines in it. */
  readonly itemCount: number;
}

export interface ExpectedExport {
  readonly exportArn: string;
  /** Empty where the server has none. */
  readonly tableId: string;
  readonly window: Window;
}

export interface ManifestSummary {
  readonly filesKey: string;
  readonly itemCount: number;
}

/** `manifest-summary.json`. Throws `ExportUnusable` when it is of another export, table, kind or time. */
export function parseSummary(
  text: string,
  summaryKey: string,
  expected: ExpectedExport,
): ManifestSummary {
  const summary = parseObject(text);
  const seconds = (name: string) => parseRfc3339(String(summary[name])) / 1000;
  const { fromSeconds, toSeconds } = expected.window;
  const tableId = summary['tableId'];
  const problems = [
    summary['exportArn'] === expected.exportArn ? '' : `exportArn ${String(summary['exportArn'])}`,
    expected.tableId === '' || tableId === expected.tableId ? '' : `tableId ${String(tableId)}`,
    summary['exportType'] === 'INCREMENTAL_EXPORT'
      ? ''
      : `exportType ${String(summary['exportType'])}`,
    summary['outputFormat'] === 'DYNAMODB_JSON'
      ? ''
      : `outputFormat ${String(summary['outputFormat'])}`,
    seconds('exportFromTime') === fromSeconds
      ? ''
      : `exportFromTime ${String(summary['exportFromTime'])}`,
    seconds('exportToTime') === toSeconds ? '' : `exportToTime ${String(summary['exportToTime'])}`,
  ].filter((problem) => problem !== '');
  if (problems.length > 0) {
    throw new ExportUnusable(
      `${summaryKey} is not that of the requested export: ${problems.join(', ')}`,
    );
  }
  // Beside the summary: AWS's own example of `manifestFilesS3Key` lacks the prefix.
  const filesKey = summaryKey.replace(/manifest-summary\.json$/, 'manifest-files.json');
  return { filesKey, itemCount: Number(summary['itemCount']) };
}

/** `manifest-files.json`, a line for each file. Throws `ExportUnusable` when it does not add up to the summary. */
export function parseFiles(text: string, { filesKey, itemCount }: ManifestSummary): ExportFile[] {
  const files = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): ExportFile => {
      const { dataFileS3Key: key, etag, md5Checksum: md5, itemCount } = parseObject(line);
      if (typeof key !== 'string' || typeof md5 !== 'string' || typeof itemCount !== 'number') {
        throw new ExportUnusable(`${filesKey} has a line without key, checksum or count`);
      }
      return {
        key,
        etag: typeof etag === 'string' ? etag.replaceAll('"', '') : '',
        md5,
        itemCount,
      };
    });
  const sum = files.reduce((total, file) => total + file.itemCount, 0);
  if (sum !== itemCount) {
    throw new ExportUnusable(`${filesKey} lists ${sum} items, and its summary ${itemCount}`);
  }
  return files;
}

/** Throws `ExportUnusable` when the checksum is not that of the bytes. */
export function assertMd5(bytes: Uint8Array, md5: string, key: string): void {
  const got = createHash('md5').update(bytes).digest('base64');
  if (got !== md5.trim()) throw new ExportUnusable(`${key} does not match its MD5`);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not JSON either.
  }
  throw new ExportUnusable('A manifest is not JSON');
}
