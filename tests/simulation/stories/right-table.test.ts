/** Which table a binding means, and whose time it is. */

import { describe, expect, jest, test } from '@jest/globals';
import { Stage } from '../scripted.ts';

jest.setTimeout(300_000);

const minuteMs = 60_000;
const arnIn = (account: string, name: string) =>
  `arn:aws:dynamodb:us-east-1:${account}:table/${name}`;

describe('the right table', () => {
  // Long enough for the check of the table, which comes every minute or two while records keep a shard awake.
  const captureForMs = 5 * minuteMs;

  test.each([
    ['another account has a table that the own one lacks', []],
    ['the own account has a table of the same name', ['orders']],
    ['two other accounts have tables of one name', [arnIn('111122223333', 'orders')]],
  ])('%s: each binding captures its own', async (_, others) => {
    const names = [arnIn('444455556666', 'orders'), ...others];
    const stage = new Stage({ tables: names.map((name) => ({ name, itemCount: 5 })) });
    const violations = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      names.forEach((__, table) => {
        stage.world.write(table, 2, false);
        stage.world.write(table, 3, true);
      });
      await stage.sleep(captureForMs);
      expect(stage.isRunning).toBe(true);
      await stage.restart();
      names.forEach((__, table) => {
        stage.world.write(table, 7, false);
      });
      return stage.judged();
    });
    expect(violations).toEqual([]);
  });

  test('the own account has the name alone: a table that only an ARN could reach is missing', async () => {
    const stage = new Stage({ tables: [{ name: arnIn('444455556666', 'orders') }] });
    stage.fake.createTable({ name: 'orders', key: [{ name: 'pk', type: 'S' }] });
    stage.fake.dropTable(arnIn('444455556666', 'orders'));
    const failure = await stage.play(async () => {
      stage.start();
      return stage.failure();
    });
    expect([failure.code, failure.message]).toEqual([
      'table-missing',
      `Table "${arnIn('444455556666', 'orders')}" does not exist in region us-east-1`,
    ]);
  });
});

describe('a server whose clock is behind, and which checks no signatures', () => {
  test.each([20, 24 * 60])('%d minutes: its changes are captured', async (minutes) => {
    const stage = new Stage({
      tables: [{ itemCount: 3 }],
      clockOffMs: minutes * minuteMs,
      fake: { checksSignatureTime: false },
    });
    const shown = await stage.play(async () => {
      stage.start();
      await stage.untilBackfilled();
      for (let key = 0; key < 3; key += 1) stage.world.write(0, key, false);
      expect(await stage.judged()).toEqual([]);
      return stage.shown;
    });
    expect(shown.slice(-3)).toEqual(['u 4', 'u 5', 'u 6']);
  });
});
