import { describe, expect, test } from '@jest/globals';
import { appendFileSync } from 'node:fs';
import { fileOutput, type DocumentOutput } from '../../../../connector/cli/pull/document-output.ts';
import { PullCommits, type Destination } from '../../../../connector/cli/pull/pull-commits.ts';
import { readPullState } from '../../../../connector/cli/pull/pull-state.ts';
import { ReducedCollections } from '../../../../connector/cli/pull/reduced-collections.ts';
import type { CapturedBatch } from '../../../../connector/cli/pull/session-output.ts';
import type { Files } from '../../../../connector/host.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { outcome } from '../../aws/retry-context.ts';
import { temporaryFiles } from '../temporary-files.ts';

const capture = 'acmeCo/try';
const clock = new FakeClock(Date.UTC(2026, 7, 21, 10));

/** Documents named by what they are, and the state behind the last of them. */
function batch(position: number, ...names: string[]): CapturedBatch {
  const documents = names.map((id) => {
    const meta = { op: 'u', snapshot: false, epoch: 'e', eventId: id };
    return { binding: 0, json: Buffer.from(JSON.stringify({ id, _meta: meta })) };
  });
  return { documents, state: { position }, sourcedSchemas: [] };
}

interface Given {
  readonly files: Files;
  readonly stateFile?: string;
  readonly destination: Destination;
  readonly documentsMax?: number;
}

async function openCommits({ files, stateFile, destination, documentsMax = Infinity }: Given) {
  return new PullCommits({
    files,
    clock,
    capture,
    collectionNames: ['acmeCo/orders'],
    destination,
    stateFile,
    saved: stateFile === undefined ? undefined : await readPullState(files, stateFile, capture),
    documentsMax,
    format: 'flow',
  });
}

/** An output that remembers its lines, as the names of their documents. */
function pipe() {
  const names: string[] = [];
  const output: DocumentOutput = {
    begin: () => Promise.resolve(),
    write: (pieces) => {
      names.push(...namesIn(Buffer.concat(pieces).toString()));
      return Promise.resolve();
    },
    sync: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
  return { names, destination: { kind: 'output', output } as const };
}

function namesIn(lines: string): string[] {
  return lines.split('\n').flatMap((line) => {
    if (line === '') return [];
    const [, document] = JSON.parse(line) as [string, { id: string }];
    return document.id;
  });
}

/** A run with a file as its output, as it begins after whatever came before. */
async function openFileRun({ files, pathOf }: ReturnType<typeof temporaryFiles>, crashing = files) {
  const stateFile = pathOf('state.json');
  const saved = await readPullState(files, stateFile, capture);
  const output = await fileOutput(files, pathOf('out.jsonl'), saved?.output);
  const destination = { kind: 'output', output } as const;
  return { saved, commits: await openCommits({ files: crashing, stateFile, destination }) };
}

/** Files of a process that dies before the state file is replaced. */
const dying = (files: Files): Files => ({
  ...files,
  replace: () => Promise.reject(new Error('Killed')),
});

describe('PullCommits with a file', () => {
  test('puts documents out as flowctl preview does', async () => {
    const temporary = temporaryFiles();
    const { commits } = await openFileRun(temporary);
    await commits.commit([batch(1, 'a')]);
    expect(temporary.textOf('out.jsonl')).toBe(
      '["acmeCo/orders",{"id":"a","_meta":{"op":"u","snapshot":false,"epoch":"e","eventId":"a"}}]\n',
    );
  });

  test('goes on behind what is committed', async () => {
    const temporary = temporaryFiles();
    const first = await openFileRun(temporary);
    await first.commits.commit([batch(1, 'a', 'b'), batch(2, 'c')]);
    const second = await openFileRun(temporary);
    expect(second.saved).toMatchObject({ documents: 3, state: { position: 2 } });
    await second.commits.commit([batch(3, 'd')]);
    expect(namesIn(temporary.textOf('out.jsonl'))).toEqual(['a', 'b', 'c', 'd']);
    expect((await openFileRun(temporary)).saved?.documents).toBe(4);
  });

  test('cuts off what a crash has left between the documents and their state', async () => {
    const temporary = temporaryFiles();
    const first = await openFileRun(temporary);
    await first.commits.commit([batch(1, 'a')]);
    const second = await openFileRun(temporary, dying(temporary.files));
    expect(await outcome(second.commits.commit([batch(2, 'b', 'c')]))).toMatch(/Killed$/);
    expect(namesIn(temporary.textOf('out.jsonl'))).toEqual(['a', 'b', 'c']);
    const third = await openFileRun(temporary);
    expect(third.saved?.state).toEqual({ position: 1 });
    await third.commits.commit([batch(2, 'b', 'c')]);
    expect(namesIn(temporary.textOf('out.jsonl'))).toEqual(['a', 'b', 'c']);
  });

  test('cuts off half a line', async () => {
    const temporary = temporaryFiles();
    const first = await openFileRun(temporary);
    await first.commits.commit([batch(1, 'a')]);
    appendFileSync(temporary.pathOf('out.jsonl'), '["acmeCo/orders",{"id":"b');
    const second = await openFileRun(temporary);
    await second.commits.commit([batch(2)]);
    expect(namesIn(temporary.textOf('out.jsonl'))).toEqual(['a']);
  });

  test('refuses a file that has lost committed documents', async () => {
    const temporary = temporaryFiles();
    const first = await openFileRun(temporary);
    await first.commits.commit([batch(1, 'a')]);
    const file = temporary.pathOf('out.jsonl');
    const { length } = temporary.textOf('out.jsonl');
    await (await temporary.files.openSink(file, 10)).close();
    expect(await outcome(openFileRun(temporary))).toBe(
      `Cannot continue file "${file}": the state file knows ${length} bytes of it, and it has only 10 bytes`,
    );
  });

  test('begins anew in a file that no state knows', async () => {
    const temporary = temporaryFiles();
    appendFileSync(temporary.pathOf('out.jsonl'), 'whatever was there');
    const { commits } = await openFileRun(temporary);
    await commits.commit([batch(1, 'a')]);
    expect(namesIn(temporary.textOf('out.jsonl'))).toEqual(['a']);
  });
});

describe('PullCommits with a limit', () => {
  test('has enough with the batch that reaches it', async () => {
    const { names, destination } = pipe();
    const commits = await openCommits({
      files: temporaryFiles().files,
      destination,
      documentsMax: 3,
    });
    expect(await commits.commit([batch(1, 'a')])).toBe(false);
    expect(await commits.commit([batch(2, 'b', 'c'), batch(3, 'd')])).toBe(true);
    expect([names, commits.uncoveredCount]).toEqual([['a', 'b', 'c'], 0]);
  });

  test('cuts the batch that crosses it, and leaves its checkpoint out of the state', async () => {
    const { files, pathOf } = temporaryFiles();
    const { names, destination } = pipe();
    const stateFile = pathOf('state.json');
    const commits = await openCommits({ files, stateFile, destination, documentsMax: 3 });
    expect(await commits.commit([batch(1, 'a', 'b'), batch(2, 'c', 'd')])).toBe(true);
    expect([names, commits.uncoveredCount]).toEqual([['a', 'b', 'c'], 1]);
    const saved = await readPullState(files, stateFile, capture);
    expect(saved).toMatchObject({ documents: 2, state: { position: 1 } });
  });
});

describe('PullCommits with rows', () => {
  const collection = {
    name: 'acmeCo/orders',
    key: ['/id'],
    schema: { type: 'object', reduce: { strategy: 'lastWriteWins' } },
  };
  const rowsOf = () => ({ kind: 'rows', rows: new ReducedCollections([collection]) }) as const;

  test('saves them at the end, with the state they belong to', async () => {
    const { files, pathOf } = temporaryFiles();
    const stateFile = pathOf('state.json');
    const commits = await openCommits({ files, stateFile, destination: rowsOf() });
    await commits.commit([batch(1, 'a', 'b')]);
    expect(await readPullState(files, stateFile, capture)).toBe(undefined);
    await commits.commit([batch(2, 'a')]);
    await commits.saveRows();
    const saved = await readPullState(files, stateFile, capture);
    expect(saved?.state).toEqual({ position: 2 });
    const [[name, rows] = []] = [...(saved?.collections ?? [])];
    expect([name, rows]).toEqual([
      'acmeCo/orders',
      [expect.objectContaining({ id: 'a' }), expect.objectContaining({ id: 'b' })],
    ]);
  });

  test('does not save rows that are ahead of their state', async () => {
    const { files, pathOf } = temporaryFiles();
    const stateFile = pathOf('state.json');
    const destination = { kind: 'rows', rows: new ReducedCollections([collection], 100) } as const;
    const commits = await openCommits({ files, stateFile, destination });
    const got = await outcome(commits.commit([batch(1, 'a', 'b', 'c')]));
    expect(got).toMatch(/^Cannot hold the collections in memory: they are larger than /);
    await commits.saveRows();
    expect(await readPullState(files, stateFile, capture)).toBe(undefined);
  });

  test('leaves a batch out that crosses the limit, so that rows and state agree', async () => {
    const { files, pathOf } = temporaryFiles();
    const destination = rowsOf();
    const stateFile = pathOf('state.json');
    const commits = await openCommits({ files, stateFile, destination, documentsMax: 2 });
    expect(await commits.commit([batch(1, 'a'), batch(2, 'b', 'c')])).toBe(true);
    await commits.saveRows();
    const saved = await readPullState(files, stateFile, capture);
    expect([saved?.state, destination.rows.rowCount]).toEqual([{ position: 1 }, 1]);
  });
});
