import { expect, test } from '@jest/globals';
import { ByteBudget } from '../../../connector/async/byte-budget.ts';
import { ReadKeys } from '../../../connector/repair/read-keys.ts';

test('ReadKeys knows keys as long as there is room for them, and gives the room back', () => {
  const budget = new ByteBudget(250);
  const keys = new ReadKeys(budget);
  const other = new ReadKeys(budget);
  keys.add('first');
  keys.add('first');
  keys.add('second');
  other.add('third');
  const known = [keys.has('first'), keys.has('second'), other.has('third')];
  const held = budget.heldBytes;
  keys.forget();
  other.add('third');
  expect([known, held, keys.has('first'), other.has('third')]).toEqual([
    [true, true, false],
    222,
    false,
    true,
  ]);
});
