/** Gaps that are healed from exports, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { endpointConfig } from '../open-request.ts';
import { starved } from '../plan-events.ts';
import type { TablePlan } from '../plan.ts';
import { keepWriting, streaming } from './writers.ts';

jest.setTimeout(300_000);

const hourMs = 3_600_000;
const advanced = { onDataLoss: 'repair', exportBucket: 'exports', exportPrefix: 'a/b' };

/** A stage whose table remembers, with a bucket for its exports. */
function recoverable(table: Partial<TablePlan> = {}, more: object = {}): Stage {
  const stage = new Stage({
    tables: [{ itemCount: 40, ...table }],
    advanced: { ...advanced, ...more },
  });
  stage.fake.setRecovery('table-0', 35);
  stage.fake.s3.create('exports');
  return stage;
}

const untilRepaired = (stage: Stage) =>
  stage.until(
    'the gap is repaired',
    () => stage.logLines.some((line) => line.includes('A gap in the stream was repaired')),
    6 * hourMs,
  );

describe('a gap', () => {
  test('of 30 hours is healed, deletes included', async () => {
    const stage = recoverable();
    const got = await stage.play(async () => {
      await streaming(stage);
      await stage.kill();
      await keepWriting(stage, { everyMs: hourMs, count: 30, keyCount: 60 });
      stage.start();
      await untilRepaired(stage);
      return stage.judged();
    });
    expect(got).toEqual([]);
  });

  test('that begins right after a scan reads a key once, however many exports name it', async () => {
    const stage = recoverable();
    const got = await stage.play(async () => {
      await streaming(stage);
      await keepWriting(stage, { everyMs: 1000, count: 60, keyCount: 60 });
      await stage.kill();
      await keepWriting(stage, { everyMs: hourMs, count: 30, keyCount: 60 });
      stage.start();
      await untilRepaired(stage);
      const end = stage.logLines.find((line) => line.includes('A gap in the stream was repaired'));
      const { fields } = JSON.parse(end!) as { fields: { keysRead: number } };
      return [await stage.judged(), fields.keysRead <= 60];
    });
    expect(got).toEqual([[], true]);
  });

  test('is healed of what time to live has deleted too, whoever ignores that on the stream, and is told so', async () => {
    const stage = recoverable({ hasTimeToLive: true, itemCount: 0 }, { ttlDeletes: 'ignore' });
    const { fake } = stage;
    const expiring = (name: string) => {
      const ttl = { N: String(Math.floor(fake.now() / 1000)) };
      fake.put('table-0', { pk: { S: name }, v: { N: '1000' }, ttl });
    };
    const rows = () => [...stage.flow.destinations[0]!.hard.rows().keys()].length;
    const got = await stage.play(async () => {
      await streaming(stage);
      expiring('seen');
      await stage.sleep(0.5 * hourMs);
      const before = [rows(), fake.items('table-0').length];
      expiring('missed');
      await stage.sleep(2000);
      await stage.kill();
      await stage.sleep(30 * hourMs);
      stage.start();
      await untilRepaired(stage);
      await stage.sleep(1000);
      return [before, [rows(), fake.items('table-0').length]];
    });
    expect(got).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(stage.logLines.join()).toContain('do not tell who deleted an item');
  });

  test('of one shard is healed to the last second of that shard, however many others ended around it', async () => {
    const stage = recoverable({ itemCount: 0, partitionCount: 2 });
    const { fake, world } = stage;
    const shardOf = (key: number) => {
      world.write(0, key, false);
      return fake.log.at(-1)!.shardId!;
    };
    const got = await stage.play(async () => {
      await streaming(stage);
      const shards = Array.from({ length: 40 }, (_, key) => shardOf(key));
      const lost = shards[0]!;
      const [busy = 0, born = 0] = shards.flatMap((id, key) => (id === lost ? [key] : []));
      const other = shards.findIndex((id) => id !== lost);
      world.write(0, born, true);
      await stage.sleep(5000);
      // Shards of another lineage end, one every two seconds.
      const rollOver = async () => {
        world.write(0, other, false);
        await stage.sleep(500);
        fake.rollOver('table-0', fake.log.at(-1)!.shardId);
        await stage.sleep(1500 - (stage.clock.now() % 1000));
      };
      for (let ended = 0; ended < 4; ended += 1) await rollOver();
      await stage.sleep(1000 - (stage.clock.now() % 1000));
      for (let written = 0; written < 18; written += 1) {
        world.write(0, written === 13 ? born : busy, false);
        await stage.sleep(100);
      }
      const end = fake.faults.add(starved(lost));
      await stage.sleep(600);
      world.write(0, born, true);
      for (let ended = 0; ended < 25; ended += 1) await rollOver();
      fake.trim('table-0', lost);
      end();
      await untilRepaired(stage);
      return stage.judged();
    });
    expect(got).toEqual([]);
  });
});

describe('validate', () => {
  const ask = (stage: Stage, exportBucket = 'exports') =>
    stage.play(async () => {
      const config = endpointConfig({ ...advanced, exportBucket });
      const binding = { resourceConfig: { table: 'table-0' }, collection: { name: 'a/b' } };
      const request = { validate: { name: 'a/c', config, bindings: [binding] } };
      return await stage.ask(request).then(
        () => 'fine',
        (error: unknown) => (error as Error).message,
      );
    });

  test('takes a table that can be repaired, and starts no export', async () => {
    const stage = recoverable();
    expect(await ask(stage)).toBe('fine');
    expect(stage.fake.exports).toEqual([]);
  });

  test('refuses a table without point-in-time recovery, and a bucket that is not there', async () => {
    const stage = recoverable();
    stage.fake.setRecovery('table-0', undefined);
    expect(await ask(stage)).toBe(
      'Table "table-0" has no point-in-time recovery, which a repair needs',
    );
    expect(await ask(recoverable(), 'nowhere')).toBe('There is no bucket "nowhere"');
  });
});
