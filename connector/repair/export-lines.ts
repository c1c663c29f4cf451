/** All lines of an export, file after file; the next files are on their way while one is read. */

import type { ByteBudget } from '../async/byte-budget.ts';
import type { ObjectPart } from '../aws/aws.ts';
import { nameOf } from '../errors.ts';
import { fileLines, firstBytes, type FileReading } from './export-file.ts';
import type { ExportFile } from './manifest.ts';

/** Small files are read many at a time: an export of a quiet table has thousands of some hundred bytes. */
const filesAhead = 32;
/** A damaged file is read once more, for it may have been the way. */
const readingsMax = 2;

/** The first line that is not read. */
export interface LinePlace {
  readonly file: number;
  readonly line: number;
}

export interface ExportLine {
  readonly bytes: Uint8Array;
  /** Where to go on behind it. */
  readonly next: LinePlace;
}

export interface LinesContext extends FileReading {
  /** For first parts of files, shared by all tables. */
  readonly firstBudget: ByteBudget;
}

interface FirstPart {
  readonly part: ObjectPart;
  readonly release: () => void;
}

/** The lines from a place on. Throws `ExportUnusable` for a file that is gone or stays damaged. */
export async function* exportLines(
  context: LinesContext,
  files: readonly ExportFile[],
  start: LinePlace,
  signal: AbortSignal,
): AsyncGenerator<ExportLine> {
  const ahead = new FilesAhead(context, files, start.file, signal);
  try {
    for (let file = start.file; file < files.length; file += 1) {
      if (files[file]?.itemCount === 0) continue; // Never opened: a partition in which nothing changed.
      const skipped = file === start.file ? start.line : 0;
      yield* linesOf(context, ahead, { file, line: skipped }, signal);
    }
  } finally {
    await ahead.drop();
  }
}

async function* linesOf(
  context: LinesContext,
  ahead: FilesAhead,
  { file, line: skipped }: LinePlace,
  signal: AbortSignal,
): AsyncGenerator<ExportLine> {
  for (let reading = 1; ; reading += 1) {
    const first = await ahead.take(file, signal);
    try {
      yield* placed(fileLines(context, first.file, first.part, signal), file, first.file, skipped);
      return;
    } catch (error) {
      if (nameOf(error) !== 'ExportUnusable' || reading >= readingsMax) throw error;
    } finally {
      first.release();
    }
  }
}

async function* placed(
  chunks: AsyncIterable<Uint8Array[]>,
  file: number,
  { itemCount }: ExportFile,
  skipped: number,
): AsyncGenerator<ExportLine> {
  let line = 0;
  for await (const chunk of chunks) {
    for (const bytes of chunk) {
      line += 1;
      if (line <= skipped) continue;
      yield { bytes, next: line === itemCount ? { file: file + 1, line: 0 } : { file, line } };
    }
  }
}

/** First parts of files, asked for in order, so many at a time. */
class FilesAhead {
  readonly #context: LinesContext;
  readonly #files: readonly ExportFile[];
  readonly #signal: AbortSignal;
  readonly #parts = new Map<number, Promise<FirstPart>>();
  #next: number;

  constructor(
    context: LinesContext,
    files: readonly ExportFile[],
    start: number,
    signal: AbortSignal,
  ) {
    this.#context = context;
    this.#files = files;
    this.#signal = signal;
    this.#next = start;
  }

  async take(index: number, signal: AbortSignal) {
    this.#ask();
    const asked = this.#parts.get(index);
    this.#parts.delete(index);
    const file = this.#file(index);
    const first = await (asked ?? this.#read(file, signal));
    return { file, ...first };
  }

  /** Gives back what nobody will read. */
  async drop(): Promise<void> {
    for (const part of this.#parts.values()) {
      await part.then(
        ({ release }) => {
          release();
        },
        () => undefined,
      );
    }
    this.#parts.clear();
  }

  #ask(): void {
    while (this.#parts.size < filesAhead && this.#next < this.#files.length) {
      const index = this.#next;
      this.#next += 1;
      const file = this.#file(index);
      if (file.itemCount === 0) continue;
      const part = this.#read(file, this.#signal);
      part.catch(() => undefined); // Told when it is taken.
      this.#parts.set(index, part);
    }
  }

  async #read(file: ExportFile, signal: AbortSignal): Promise<FirstPart> {
    const { firstBudget, reader } = this.#context;
    await firstBudget.acquire(firstBytes, signal);
    let held = firstBytes;
    const release = () => {
      firstBudget.release(held);
      held = 0;
    };
    try {
      const part = await reader.read({ ...file, from: 0, length: firstBytes }, signal);
      firstBudget.release(held - part.bytes.length);
      held = part.bytes.length;
      return { part, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  #file(index: number): ExportFile {
    const file = this.#files[index];
    if (file === undefined) throw new Error(`No file ${index}`);
    return file;
  }
}
