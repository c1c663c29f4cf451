import { describe, expect, test } from '@jest/globals';
import { AwsError, type Aws, type Shard, type ShardPage } from '../../../connector/aws/aws.ts';
import { ConnectorError, errorCodes } from '../../../connector/errors.ts';
import { listChildren, listShards } from '../../../connector/stream/shard-listing.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { never, outcome } from '../aws/retry-context.ts';
import { awsOf, rateOf, shardPage } from './fake-stream.ts';

const shard = (id: string, parentId?: string): Shard => ({ id, parentId, isClosed: false });

function contextOf(streams: Partial<Aws['streams']>) {
  const clock = new FakeClock(0);
  const context = {
    aws: awsOf(clock, streams),
    clock,
    listCalls: rateOf(clock, 5),
    streamArn: 'arn:1',
  };
  return { clock, context };
}

describe('listShards()', () => {
  test('follows all pages, five a second', async () => {
    const askedAfter: (string | undefined)[] = [];
    const { clock, context } = contextOf({
      listShards: (_, after) => {
        askedAfter.push(after);
        const page = askedAfter.length;
        return Promise.resolve(
          shardPage([shard(`s-${page}`)], page < 35 ? `s-${page}` : undefined),
        );
      },
    });
    const list = async () => {
      const ids: string[] = [];
      for await (const { shards } of listShards(context, never))
        ids.push(...shards.map(({ id }) => id));
      return ids;
    };
    const want = Array.from({ length: 35 }, (_, index) => `s-${index + 1}`);
    expect(await clock.run(list())).toEqual(want);
    expect([askedAfter, clock.now()]).toEqual([[undefined, ...want.slice(0, -1)], 6000]);
  });

  test('ends at a page that points at itself', async () => {
    const { clock, context } = contextOf({
      listShards: () => Promise.resolve(shardPage([shard('a')], 'a')),
    });
    const count = async () => {
      let shards = 0;
      for await (const page of listShards(context, never)) shards += page.shards.length;
      return shards;
    };
    expect(await clock.run(count())).toBe(2);
  });
});

describe('listChildren()', () => {
  const children = [shard('b', 'a'), shard('c', 'a')];
  const missing = shardPage([]);
  const list = async (answers: readonly (ShardPage | Error)[]) => {
    let calls = 0;
    const { clock, context } = contextOf({
      listChildShards: () => {
        const answer = answers[Math.min(calls++, answers.length - 1)]!;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    });
    const got = await clock.run(outcome(listChildren(context, 'a', never)));
    return { got, calls, ms: clock.now() };
  };

  test.each<[string, (ShardPage | Error)[], unknown]>([
    ['children at once', [shardPage(children)], { got: children, calls: 1, ms: 0 }],
    [
      'late children',
      [missing, missing, shardPage(children)],
      { got: children, calls: 3, ms: 300 },
    ],
    ['children that never come', [missing], { got: [], calls: 6, ms: 6300 }],
    [
      'a server that lists everything',
      [shardPage([shard('x'), ...children, shard('y', 'x')])],
      { got: children, calls: 1, ms: 0 },
    ],
    [
      'a stream that was disabled',
      [{ ...missing, streamStatus: 'DISABLED' }],
      { got: [], calls: 1, ms: 0 },
    ],
    [
      'a server that does not know the question',
      [new AwsError('ValidationException', 'Unknown member ShardFilter', 400)],
      { got: [], calls: 1, ms: 0 },
    ],
    [
      'a missing permission',
      [new ConnectorError(errorCodes.permissionDenied, 'Missing permission')],
      { got: 'Missing permission', calls: 1, ms: 0 },
    ],
  ])('%s', async (_, answers, want) => {
    expect(await list(answers)).toEqual(want);
  });
});
