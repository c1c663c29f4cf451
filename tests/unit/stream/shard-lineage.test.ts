import { describe, expect, test } from '@jest/globals';
import type { Shard } from '../../../connector/aws/aws.ts';
import { ShardLineage } from '../../../connector/stream/shard-lineage.ts';

const shard = (id: string, parentId?: string): Shard => ({ id, parentId, isClosed: false });
const listed = (...ids: string[]) => new Set(ids);
const nothing = { forgotten: [], lost: [], isDoubtful: false };
const learnt = (...added: string[]) => ({ added, overtaken: [] });

describe('ShardLineage', () => {
  test('a shard without a parent may be read once', () => {
    const lineage = new ShardLineage();
    expect(lineage.learn([shard('a')])).toEqual(learnt('a'));
    expect([lineage.takeReady(), lineage.takeReady()]).toEqual([['a'], []]);
    expect(lineage.learn([shard('a')])).toEqual(learnt());
  });

  test('children of a split wait for their parent to be read to its end', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('a'), shard('b', 'a'), shard('c', 'a')]);
    const before = lineage.takeReady();
    lineage.finish('a');
    expect([before, lineage.takeReady()]).toEqual([['a'], ['b', 'c']]);
  });

  test('ten generations are read in their order, in whatever order they are listed', () => {
    const ids = Array.from({ length: 10 }, (_, generation) => `g${generation}`);
    const shards = ids.map((id, index) => shard(id, ids[index - 1]));
    for (const listing of [shards, shards.toReversed()]) {
      const lineage = new ShardLineage();
      lineage.learn(listing);
      const got: string[][] = [];
      for (let ready = lineage.takeReady(); ready.length > 0; ready = lineage.takeReady()) {
        got.push(ready);
        lineage.finish(ready[0]!);
      }
      expect(got).toEqual(ids.map((id) => [id]));
    }
  });

  test('a child that is listed before its parent waits for it', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('b', 'a')]);
    const early = lineage.takeReady();
    lineage.learn([shard('a')]);
    const late = lineage.takeReady();
    expect([early, late]).toEqual([[], ['a']]);
  });

  test('a parent that is not listed is gone at the very first start', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('b', 'a'), shard('c', 'b')]);
    lineage.endFirstListing();
    expect(lineage.takeReady()).toEqual(['b']);
  });

  test('a parent that is not listed later is gone after two complete listings', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('b', 'a')]);
    const first = [lineage.endListing(listed('b')), lineage.takeReady()];
    const second = [lineage.endListing(listed('b')), lineage.takeReady()];
    expect([first, second]).toEqual([
      [{ ...nothing, isDoubtful: true }, []],
      [nothing, ['b']],
    ]);
  });

  test('a parent that is missing once and listed again is not gone', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('b', 'a')]);
    lineage.endListing(listed('b'));
    lineage.learn([shard('a')]);
    expect(lineage.endListing(listed('a', 'b'))).toEqual(nothing);
    expect(lineage.endListing(listed('b'))).toEqual({ ...nothing, isDoubtful: true });
    expect(lineage.takeReady()).toEqual(['a']);
  });

  test('a parent that turns up when its child is being read counts as finished', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('b', 'a')]);
    lineage.endFirstListing();
    lineage.takeReady();
    expect(lineage.learn([shard('a')])).toEqual({ added: [], overtaken: ['a'] });
    expect(lineage.takeReady()).toEqual([]);
  });

  test('a parent that turns up when its child has not been begun is read first', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('b', 'a'), shard('c', 'b')]);
    lineage.endFirstListing();
    lineage.takeReady();
    expect(lineage.learn([shard('x'), shard('a')])).toEqual({ added: ['x'], overtaken: ['a'] });
    lineage.finish('b');
    expect(lineage.takeReady()).toEqual(['c', 'x']);
  });

  test('a finished shard that is no longer listed is forgotten, and its child goes on', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('a'), shard('b', 'a')]);
    lineage.takeReady();
    lineage.finish('a');
    const got = [
      lineage.endListing(listed('b')),
      lineage.endListing(listed('b')),
      lineage.endListing(listed('b')),
      lineage.takeReady(),
    ];
    expect(got).toEqual([
      { ...nothing, isDoubtful: true },
      { ...nothing, forgotten: ['a'] },
      nothing,
      ['b'],
    ]);
  });

  test('a forgotten shard that is listed again is not read again', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('a'), shard('b', 'a')]);
    lineage.takeReady();
    lineage.finish('a');
    lineage.takeReady();
    lineage.endListing(listed('b'));
    lineage.endListing(listed('b'));
    expect(lineage.learn([shard('a'), shard('b', 'a')])).toEqual({ added: [], overtaken: ['a'] });
    expect(lineage.takeReady()).toEqual([]);
  });

  test('a shard that vanishes before it was read to its end is lost', () => {
    const lineage = new ShardLineage();
    lineage.restore('a', false);
    lineage.restore('b', true);
    lineage.learn([shard('c', 'x')]);
    lineage.endListing(listed('c'));
    lineage.learn([shard('x', 'w')]);
    lineage.endListing(listed('c', 'x'));
    lineage.endListing(listed('c'));
    const got = lineage.endListing(listed('c'));
    expect(got).toEqual({ forgotten: [], lost: ['a', 'x'], isDoubtful: false });
  });

  test('a shard that is being read is its reader’s concern, listed or not', () => {
    const lineage = new ShardLineage();
    lineage.learn([shard('a')]);
    lineage.takeReady();
    lineage.endListing(listed());
    expect(lineage.endListing(listed())).toEqual(nothing);
  });

  test('is accounted for when nothing unread is missing', () => {
    const lineage = new ShardLineage();
    lineage.restore('a', false);
    lineage.restore('b', true);
    const got = [lineage.isAccountedFor];
    lineage.learn([shard('a', 'x')]);
    got.push(lineage.isAccountedFor);
    lineage.learn([shard('c', 'a')]);
    for (let listing = 0; listing < 2; listing += 1) lineage.endListing(listed('a', 'c'));
    got.push(lineage.isAccountedFor);
    expect([got, lineage.takeReady(), lineage.isAccountedFor]).toEqual([
      [false, false, true],
      ['a'],
      true,
    ]);
  });

  test('a restored shard is read when a listing has told its parent', () => {
    const lineage = new ShardLineage();
    lineage.restore('a', true);
    lineage.restore('b', false);
    const before = lineage.takeReady();
    const added = lineage.learn([shard('a'), shard('b', 'a')]);
    expect([before, added, lineage.takeReady()]).toEqual([[], learnt(), ['b']]);
  });

  test('finished shards without a known child are childless', () => {
    const lineage = new ShardLineage();
    for (const id of ['a', 'b', 'c']) lineage.restore(id, id !== 'c');
    const before = lineage.childless();
    lineage.learn([shard('d', 'a')]);
    expect([before, lineage.childless()]).toEqual([['a', 'b'], ['b']]);
  });
});
