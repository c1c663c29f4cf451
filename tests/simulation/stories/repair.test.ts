/** Gaps that are healed from exports, played against the whole connector. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';
import { endpointConfig } from '../open-request.ts';
import { keepWriting, streaming } from './writers.ts';

jest.setTimeout(300_000);

const hourMs = 3_600_000;
const advanced = { onDataLoss: 'repair', exportBucket: 'exports', exportPrefix: 'a/b' };

/** A stage whose table remembers, with a bucket for its exports. */
function recoverable(itemCount = 40, more: object = {}): Stage {
  const stage = new Stage({ tables: [{ itemCount }], advanced: { ...advanced, ...more } });
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
