import { expect, test } from '@jest/globals';
import { withBackfillPlace } from '../../../../connector/cli/pull/backfill-place.ts';
import { ConnectorError } from '../../../../connector/errors.ts';
import { DataLossError } from '../../../../connector/stream/data-loss.ts';

const bindings = ['orders', 'users'].map((table, index) => ({
  resourceConfig: { table },
  backfill: index * 4,
  place: `flow.yaml:${10 + index}`,
}));
const hintOf = (error: unknown) => (withBackfillPlace(error, bindings) as ConnectorError).hint;

test('withBackfillPlace() says file, line and number', () => {
  const lost = (table: string) => hintOf(new DataLossError(table, { kind: 'table' }, 'gone'));
  expect(lost('users')).toMatch(
    /^Write "backfill: 5" below the binding, flow\.yaml:11, to capture the table again, or set/,
  );
  expect(lost('orders')).toMatch(/^Write "backfill: 1" below the binding, flow\.yaml:10, to/);
  expect(lost('others')).toMatch(/^Increment the binding's backfill counter \(/);
});

test('withBackfillPlace() leaves other errors', () => {
  const error = new ConnectorError('table-missing', 'Table "users" does not exist');
  expect(withBackfillPlace(error, bindings)).toBe(error);
});
