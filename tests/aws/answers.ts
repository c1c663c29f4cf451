/** The questions, and what the exports answer. */

import type { Line, Exports } from './exports.ts';
import { prefix, type Bucket } from './stage.ts';
import { counterCount, shortLivedCount, type Writes } from './writes.ts';

export interface Answer {
  readonly question: string;
  readonly answer: string;
  readonly evidence: string;
}

/** A record of the stream, as far as it is of use. */
export interface StreamRecord {
  readonly id: string;
  readonly seconds: number;
  readonly isDelete: boolean;
  readonly isTimeToLive: boolean;
}

export interface Evidence {
  readonly writes: Writes;
  readonly exports: Exports;
  readonly objects: Awaited<ReturnType<Bucket['list']>>;
  readonly records: readonly StreamRecord[];
}

export function answersOf(evidence: Evidence): Answer[] {
  return [
    ...imagesAnswers(evidence),
    ...filesAnswers(evidence),
    ...timesAnswers(evidence),
    ...stampsAnswers(evidence),
    ...othersAnswers(evidence),
    ...limitsAnswers(evidence),
  ];
}

const idOf = ({ Keys }: Line) => Keys.id.S;
const microsOf = ({ Metadata }: Line) => Number(Metadata.WriteTimestampMicros.N);
const yesNo = (isYes: boolean) => (isYes ? 'yes' : 'NO');

function imagesAnswers({ exports: { main } }: Evidence): Answer[] {
  const line = (id: string) => main.lines.find((each) => idOf(each) === id);
  const images = (id: string) => {
    const found = line(id);
    if (found === undefined) return 'not listed';
    const [isNew, isOld] = [found.NewImage !== undefined, found.OldImage !== undefined];
    return `listed with ${isNew ? (isOld ? 'both images' : 'NewImage') : isOld ? 'OldImage' : 'no image'}`;
  };
  const shortLived = main.lines.filter((each) => idOf(each).startsWith('short-lived-')).length;
  const reborn = line('reborn');
  return [
    {
      question: '1a. An item made and deleted in a window is absent?',
      answer: yesNo(shortLived === 0),
      evidence: `${shortLived} of ${shortLivedCount} are listed`,
    },
    {
      question: '1b. One deleted and made again shows its old image?',
      answer: yesNo(reborn?.OldImage !== undefined && reborn.NewImage !== undefined),
      evidence: images('reborn'),
    },
    {
      question: '1c. A delete has no NewImage? Several changes are one line?',
      answer: yesNo(
        line('deleted')?.NewImage === undefined &&
          line('deleted') !== undefined &&
          main.lines.filter((each) => idOf(each) === 'changed').length === 1,
      ),
      evidence: `deleted: ${images('deleted')}; changed: ${images('changed')}`,
    },
    {
      question: '1d. Writes that change nothing are listed?*',
      answer: `put: ${images('rewritten')}; update: ${images('touched')}`,
      evidence: 'an item put again as it was, and an attribute set to what it was',
    },
  ];
}

/** Without what differs from export to export. */
function short(key: string): string {
  return key
    .replace(prefix, 'PREFIX')
    .replace(/\d{14}-[0-9a-f]{8}/, 'ID')
    .replace(/\/\w{26}\./, '/26 SIGNS.');
}

function filesAnswers({ exports: { main }, objects }: Evidence): Answer[] {
  const { summary, summaryKey, files } = main;
  const keys = files.map(({ key }) => key);
  const sizes = files.map(({ key }) => objects.find((each) => each.key === key)?.bytes ?? NaN);
  const prefixed = [summaryKey, ...keys].every((key) => key.startsWith(`${prefix}/`));
  const md5 = objects.filter(({ key }) => key.endsWith('.md5')).length;
  return [
    {
      question: '2a. Keys in manifests hold the prefix?',
      answer: yesNo(prefixed),
      evidence: [
        `ExportManifest: ${short(summaryKey)}`,
        `manifestFilesS3Key: ${short(String(summary['manifestFilesS3Key']))}`,
        `dataFileS3Key: ${short(keys[0] ?? 'none')}`,
      ].join('\n'),
    },
    {
      question: '2b. Checksums are in files ending in .md5?',
      answer: yesNo(md5 > 0),
      evidence: `${md5} of ${objects.length} objects; the connector has checked them`,
    },
    {
      question: '2c. How many data files, how large? Which version?',
      answer: `${files.length} files, version ${String(summary['version'])}`,
      evidence: `${main.lines.length} lines; bytes: ${sizes.slice(0, 8).join(', ')}; with items: ${files.filter(({ itemCount }) => itemCount > 0).length}`,
    },
  ];
}

function timesAnswers({ exports: { main, widest, full }, writes }: Evidence): Answer[] {
  const inMain = new Set(main.lines.map(idOf));
  const ticks = widest.lines.filter((line) => idOf(line).startsWith('tick-'));
  const isWithin = (line: Line) =>
    microsOf(line) >= writes.fromSeconds * 1e6 && microsOf(line) < writes.toSeconds * 1e6;
  const wrong = ticks.filter((line) => isWithin(line) !== inMain.has(idOf(line)));
  const offsets = [...full].map(([counter, n]) => {
    const last = writes.counts.find((count) => count.counter === counter && count.n === n);
    const next = writes.counts.find((count) => count.counter === counter && count.n === n + 1);
    const offset = (ms: number | undefined) =>
      ms === undefined ? 'the end' : `${Math.round(ms - writes.atSeconds * 1000)} ms`;
    return `${offset(last?.sentMs)} to ${offset(next?.answeredMs)}`;
  });
  return [
    {
      question: '3a. Are both ends of a window exact against WriteTimestampMicros?',
      answer: yesNo(wrong.length === 0),
      evidence: `${wrong.length} of ${ticks.length} writes around the ends are on the wrong side${wrong.length === 0 ? '' : `: ${wrong.slice(0, 5).map(microsOf).join(', ')}`}`,
    },
    {
      question: '3b. How far is a full export from its ExportTime?*',
      answer: full.size === 0 ? 'not known' : offsets.join(', '),
      evidence: `${full.size} of ${counterCount} counters, each state between its write and the next, from ExportTime on, by this machine's clock`,
    },
  ];
}

function stampsAnswers({ exports: { widest }, records }: Evidence): Answer[] {
  const seconds = new Map(
    records.filter(({ id }) => id.startsWith('tick-')).map((each) => [each.id, each.seconds]),
  );
  const differences = widest.lines.flatMap((line) => {
    const second = seconds.get(idOf(line));
    return second === undefined ? [] : [microsOf(line) / 1e6 - second];
  });
  const least = Math.min(...differences).toFixed(3);
  const most = Math.max(...differences).toFixed(3);
  const isSame = differences.every((difference) => difference >= 0 && difference < 1);
  return [
    {
      question: '4. WriteTimestampMicros against ApproximateCreationDateTime?',
      answer:
        differences.length === 0
          ? 'not known'
          : isSame
            ? 'the same second'
            : `${least} to ${most} s later`,
      evidence: `${differences.length} writes; between ${least} and ${most} s behind the record's second`,
    },
  ];
}

function othersAnswers({ exports: { main, filter }, records }: Evidence): Answer[] {
  const line = main.lines.find((each) => idOf(each) === 'expired');
  const expiry = records.find(({ id, isDelete }) => id === 'expired' && isDelete);
  const isGone = expiry !== undefined;
  return [
    {
      question: '5a. Deletes by time to live are ordinary deletes?',
      answer: isGone
        ? line === undefined
          ? 'made and deleted in the window: not listed'
          : `listed, ${line.NewImage === undefined ? 'as a delete' : 'deleted later'}`
        : 'not known: AWS has not deleted the expired item yet, which may take days',
      evidence: isGone ? `the stream has its delete${expiry.isTimeToLive ? ', marked' : ''}` : '',
    },
    {
      question: '5b. May an incremental export project the keys alone?*',
      answer: filter,
      evidence: 'FilterSpecification with a ProjectionExpression',
    },
    {
      question: '5c. Replicated writes are listed?',
      answer: 'not asked: it takes a global table',
      evidence: '',
    },
  ];
}

function limitsAnswers({ exports: { windows } }: Evidence): Answer[] {
  const refused = windows.flatMap(({ refusal }) => refusal ?? []);
  const failed = windows.filter(({ status }) => status?.status === 'FAILED').length;
  const seconds = windows.flatMap((each) => each.seconds ?? []).sort((a, b) => a - b);
  return [
    {
      question: `6. Do ${windows.length} exports of one table at once meet a limit? How long do they take?*`,
      answer: refused.length + failed === 0 ? 'no limit' : `${refused.length} refused`,
      evidence: `${failed} failed; seconds: least ${seconds[0] ?? 0}, median ${seconds[Math.floor(seconds.length / 2)] ?? 0}, most ${seconds.at(-1) ?? 0}${refused.length === 0 ? '' : `; ${refused[0] ?? ''}`}`,
    },
  ];
}
