import { expect, test } from '@jest/globals';
import { Turns } from '../../../connector/async/turns.ts';
import { FakeClock } from '../../support/fake-clock.ts';

test('Turns has a turn of the event loop between one and the next, and keeps their order', async () => {
  const said: string[] = [];
  const turn = () => {
    said.push('others');
    return Promise.resolve();
  };
  const clock = new FakeClock(0);
  const turns = new Turns({
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    turn,
  });
  await Promise.all(['a', 'b', 'c'].map((name) => turns.take().then(() => said.push(name))));
  expect(said).toEqual(['others', 'a', 'others', 'b', 'others', 'c']);
});

test('Turns does not wait where the clock knows no turns', async () => {
  const turns = new Turns(new FakeClock(0));
  await turns.take();
  await turns.take();
});
