/** Asks AWS what only AWS can tell of exports. Never run by CI: it costs money, though less than a dollar. */

import CliTable from 'cli-table3';
import { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Aws } from '../../connector/aws/aws.ts';
import { messageOf, nameOf } from '../../connector/errors.ts';
import { answersOf, type Answer, type StreamRecord } from './answers.ts';
import { makeExports } from './exports.ts';
import { isFake, paceOf } from './pace.ts';
import { Bucket, buildTable, openAws, remembered, removeTable, type Stage } from './stage.ts';
import { furtherWindows, makeWrites } from './writes.ts';

interface Flags {
  readonly region: string;
  readonly endpoint?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** What recovery is behind by. */
const settleMs = 60_000;

const flags = new Command('npm run ask-aws --')
  .description(
    'Answers the open questions of exports on your AWS account, and removes what it made.',
  )
  .requiredOption('--region <region>', 'where a table and a bucket are made for an hour')
  .option('--endpoint <url>', 'another server than AWS, for instance of npm run fake-dynamodb')
  .option('--yes', 'do not ask before anything is made', false)
  .option('--json', 'print the answers as JSON', false)
  .parse()
  .opts<Flags>();

const say = (line: string) => {
  process.stderr.write(`${line}\n`);
};
const stop = new AbortController();
setMaxListeners(0, stop.signal); // Each export waits by itself.
process.once('SIGINT', () => {
  say('Interrupted; removing what was made …');
  stop.abort(new Error('Interrupted'));
});

const name = `source-dynamodb-questions-${randomBytes(4).toString('hex')}`;
say(`This asks ${flags.endpoint ?? `AWS in ${flags.region}`} what only it can tell of exports. It
  makes   the table and the bucket "${name}"
  writes  about 1,000 times, in some 17 minutes
  exports ${furtherWindows + 1} windows, one with a filter, and the full table; then waits for them
  reads   the stream, the manifests and the data files, with the connector's own code
  removes the table, the bucket and all in it, also when it fails or is interrupted
It takes about an hour. It costs some $0.06 on AWS, of which $0.001 for each export, and less than a dollar in any case.
The credentials are those of your environment. They need: dynamodb:* on the table, s3:* on the bucket.`);
if (!flags.yes && !(await isAgreed())) {
  say('Nothing was made.');
  process.exit(1);
}
try {
  const answers = await ask();
  process.stdout.write(flags.json ? `${JSON.stringify(answers, undefined, 2)}\n` : shown(answers));
} catch (error) {
  say(`Failed: ${messageOf(error)}`);
  process.exitCode = 1;
}

async function isAgreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    say('There is nobody to ask: say --yes.');
    return false;
  }
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await questions.question('Go on? Type yes: ');
  questions.close();
  return answer.trim().toLowerCase() === 'yes';
}

async function ask(): Promise<Answer[]> {
  const { endpoint } = flags;
  const opened = await openAws(flags);
  const isMovable = endpoint !== undefined && (await isFake(endpoint));
  const fake = isMovable ? endpoint : undefined;
  const pace = await paceOf(opened.aws.clock, fake, say, stop.signal);
  const bucket = new Bucket(name, opened.client, flags, pace);
  const undo: (() => Promise<void>)[] = [];
  try {
    // Noted before it is made: a request that fails may have made it.
    undo.push(() => removeTable(opened.client, name));
    const stage = await buildTable(opened, name, pace);
    undo.push(() => bucket.remove());
    await bucket.create();
    const writes = await makeWrites(stage, pace);
    const records = await readStream(stage);
    await pace.until('recovery to come up to the end of the window', async () => {
      const { latestMs = 0 } = await remembered(stage);
      return latestMs > writes.toSeconds * 1000 + settleMs ? true : undefined;
    });
    say('Waiting for the exports, which take 10 to 20 minutes at least …');
    const exports = await makeExports(stage, bucket, writes, flags, pace);
    return answersOf({ writes, exports, records, objects: await bucket.list() });
  } finally {
    await removeAll(undo);
  }
}

async function removeAll(undo: readonly (() => Promise<void>)[]): Promise<void> {
  say('Removing the table and the bucket …');
  for (const each of undo) {
    await each().catch((error: unknown) => {
      // What was not made.
      if (/NoSuchBucket|ResourceNotFound/.test(`${nameOf(error)} ${messageOf(error)}`)) return;
      say(`Remove "${name}" yourself, please: ${messageOf(error)}`);
      process.exitCode = 1;
    });
  }
}

/** All records of all shards, from the oldest on. */
async function readStream({ aws, streamArn }: Stage): Promise<StreamRecord[]> {
  const { signal } = stop;
  const records: StreamRecord[] = [];
  const { shards } = await aws.streams.listShards(streamArn, undefined, signal);
  for (const { id } of shards) records.push(...(await readShard(aws, streamArn, id)));
  return records;
}

async function readShard(aws: Aws, streamArn: string, shardId: string): Promise<StreamRecord[]> {
  const { signal } = stop;
  const start = { type: 'TRIM_HORIZON' } as const;
  let iterator: string | undefined = await aws.streams.getShardIterator(
    streamArn,
    shardId,
    start,
    signal,
  );
  const records: StreamRecord[] = [];
  // An empty page may come before others.
  for (let empty = 0; iterator !== undefined && empty < 10;) {
    const body = await aws.streams.getRecords({ shardIterator: iterator, limit: 1000 }, signal);
    const page = JSON.parse(Buffer.from(body).toString()) as RecordPage;
    empty = page.Records.length === 0 ? empty + 1 : 0;
    iterator = page.NextShardIterator;
    records.push(
      ...page.Records.map(({ dynamodb, eventName, userIdentity }) => ({
        id: dynamodb.Keys.id.S,
        seconds: dynamodb.ApproximateCreationDateTime,
        isDelete: eventName === 'REMOVE',
        isTimeToLive: userIdentity !== undefined,
      })),
    );
  }
  return records;
}

interface RecordPage {
  readonly NextShardIterator?: string;
  readonly Records: readonly {
    readonly eventName: string;
    readonly userIdentity?: object;
    readonly dynamodb: {
      readonly ApproximateCreationDateTime: number;
      readonly Keys: { readonly id: { readonly S: string } };
    };
  }[];
}

function shown(answers: readonly Answer[]): string {
  const table = new CliTable({
    head: ['Question', 'Answer', 'Evidence'],
    colWidths: [38, 30, 48],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { question, answer, evidence } of answers) table.push([question, answer, evidence]);
  return `${table.toString()}\n* A repair does not depend on the answer.\n`;
}
