import { describe, expect, test } from '@jest/globals';
import { TaskGroup } from '../../../connector/async/task-group.ts';
import { AwsError, type Shard, type ShardPage } from '../../../connector/aws/aws.ts';
import { ConnectorError, errorCodes } from '../../../connector/errors.ts';
import { ChildSearch } from '../../../connector/stream/child-search.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { never, outcome } from '../aws/retry-context.ts';
import { awsOf, rateOf, shardPage } from './fake-stream.ts';

interface World {
  /** What the server answers to the question for children, in turn; the last for ever. */
  readonly answers?: readonly (ShardPage | Error)[];
  /** Shards that a listing shows, by id; pages are of 100. */
  readonly listed?: readonly Shard[] | Error;
  /** Shards known before. */
  readonly known?: readonly Shard[];
  readonly mayList?: boolean;
}

const shard = (id: string, parentId?: string): Shard => ({ id, parentId, isClosed: false });
const idOf = (number: number) => `shard-${String(number).padStart(6, '0')}`;

/** Looks for the children of several shards at once. */
async function lookFor(shardIds: readonly string[], world: World) {
  const { answers = [shardPage([])], listed = [], known = [], mayList = true } = world;
  const clock = new FakeClock(0);
  const calls: string[] = [];
  const learnt: string[] = [];
  const learntAtMs: number[] = [];
  const shards = [...known];
  const aws = awsOf(clock, {
    listChildShards: (_, id) => {
      const answer = answers[Math.min(calls.length, answers.length - 1)]!;
      calls.push(`children of ${id}`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    listShards: (_, after = '') => {
      calls.push(`after ${after}`);
      if (listed instanceof Error) return Promise.reject(listed);
      const rest = listed.filter(({ id }) => id > after);
      const page = rest.slice(0, 100);
      return Promise.resolve(shardPage(page, rest.length > 100 ? page.at(-1)?.id : undefined));
    },
  });
  const group = new TaskGroup(never);
  const search = new ChildSearch({
    aws,
    clock,
    listCalls: rateOf(clock, 5),
    streamArn: 'arn:1',
    countAfter: (shardId) => shards.filter(({ id }) => id > shardId).length,
    hasChildren: (shardId) => shards.some(({ parentId }) => parentId === shardId),
    mayList: () => mayList,
    learn: (page) => {
      const fresh = page.filter(({ id }) => !shards.some((each) => each.id === id));
      shards.push(...fresh);
      learnt.push(...fresh.map(({ id }) => id));
      learntAtMs.push(...fresh.map(() => clock.now()));
      search.settle();
      return Promise.resolve();
    },
    spawn: (task) => {
      group.spawn(task);
    },
  });
  for (const id of shardIds) group.spawn((signal) => search.lookFor(id, signal));
  const got = await clock.run(outcome(group.join()));
  return { got, calls, learnt, learntAtMs, ms: clock.now() };
}

describe('ChildSearch', () => {
  const children = [shard('b', 'a'), shard('c', 'a')];
  const missing = shardPage([]);
  const asked = 'children of a';

  test.each<[string, World, { calls: string[]; learnt?: string[]; got?: string }]>([
    [
      'children at once',
      { answers: [shardPage(children)] },
      { calls: [asked], learnt: ['b', 'c'] },
    ],
    ['children that are known already', { known: children }, { calls: [] }],
    [
      'late children, asked for and listed in turn',
      { answers: [missing, missing, shardPage(children)] },
      { calls: [asked, 'after a', asked], learnt: ['b', 'c'] },
    ],
    [
      'a server that never tells children',
      { listed: [shard('a'), ...children] },
      { calls: [asked, 'after a'], learnt: ['b', 'c'] },
    ],
    [
      'children that never come',
      {},
      { calls: [asked, 'after a', asked, 'after a', asked, 'after a'] },
    ],
    [
      'a stream whose listings must be whole',
      { mayList: false },
      { calls: Array<string>(6).fill(asked) },
    ],
    [
      'a server that lists everything',
      { answers: [shardPage([shard('x'), ...children, shard('y', 'x')])] },
      { calls: [asked], learnt: ['b', 'c'] },
    ],
    [
      'a stream that was disabled',
      { answers: [{ ...missing, streamStatus: 'DISABLED' }] },
      { calls: [asked] },
    ],
    [
      'a server that knows neither question',
      {
        answers: [new AwsError('ValidationException', 'Unknown member ShardFilter', 400)],
        listed: new AwsError('ValidationException', 'Invalid ShardId', 400),
        mayList: true,
      },
      { calls: [asked, 'after a', asked, 'after a', asked, 'after a'] },
    ],
    [
      'a missing permission',
      { answers: [new ConnectorError(errorCodes.permissionDenied, 'Missing permission')] },
      { calls: [asked], got: 'Missing permission' },
    ],
  ])('%s', async (_, world, { calls, learnt = [], got }) => {
    const found = await lookFor(['a'], world);
    expect([found.got, found.calls, found.learnt]).toEqual([got, calls, learnt]);
  });

  /** Shards that were opened together and end together, each with one child. */
  const generation = (count: number) => {
    const parents = Array.from({ length: count }, (_, index) => shard(idOf(index)));
    const next = parents.map(({ id }, index) => shard(idOf(count + index), id));
    return { parents, next, ids: parents.map(({ id }) => id) };
  };

  test('children of a thousand shards that end at once are found within seconds', async () => {
    const { parents, next, ids } = generation(1000);
    const { got, calls, learnt, learntAtMs } = await lookFor(ids, {
      known: parents,
      listed: [...parents, ...next],
    });
    expect([got, new Set(learnt)]).toEqual([undefined, new Set(next.map(({ id }) => id))]);
    expect(calls.length).toBeLessThan(25);
    expect(learntAtMs.at(-1)).toBeLessThan(5000);
    // What a page brings is used at once.
    expect(new Set(learntAtMs).size).toBeGreaterThan(8);
  });

  test('a few shards among thousands are asked one by one', async () => {
    const { parents, next } = generation(1000);
    const { calls } = await lookFor([idOf(3), idOf(500)], {
      known: [...parents, ...next.filter(({ parentId }) => parentId !== idOf(3))],
      answers: [shardPage([shard('x', idOf(3))])],
    });
    expect(calls).toEqual([`children of ${idOf(3)}`]);
  });

  test('where ids have no order, the other way finds what a listing does not', async () => {
    const { parents, ids } = generation(300);
    const next = ids.map((id) => shard(`a-${id}`, id));
    const { got, learnt } = await lookFor(ids, { known: parents, listed: [...next, ...parents] });
    // Nothing is found this way, and nothing waits: the listing of all shards is the net.
    expect([got, learnt]).toEqual([undefined, []]);
  });
});
