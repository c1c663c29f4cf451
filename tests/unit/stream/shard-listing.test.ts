import { describe, expect, test } from '@jest/globals';
import type { Aws, Shard } from '../../../connector/aws/aws.ts';
import { listShards } from '../../../connector/stream/shard-listing.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { never } from '../aws/retry-context.ts';
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

  test('begins after a shard where asked to', async () => {
    const askedAfter: (string | undefined)[] = [];
    const { clock, context } = contextOf({
      listShards: (_, after) => {
        askedAfter.push(after);
        return Promise.resolve(shardPage([], askedAfter.length < 2 ? 'c' : undefined));
      },
    });
    const list = async () => {
      for await (const page of listShards(context, never, 'b')) expect(page.shards).toEqual([]);
    };
    await clock.run(list());
    expect(askedAfter).toEqual(['b', 'c']);
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
