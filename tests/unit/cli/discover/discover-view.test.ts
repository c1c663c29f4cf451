import { beforeAll, describe, expect, test } from '@jest/globals';
import type { FlowCapture } from '../../../../connector/cli/catalog/flow-file.ts';
import {
  renderChanges,
  renderDiscovered,
} from '../../../../connector/cli/discover/discover-view.ts';
import { ConnectorError, errorCodes } from '../../../../connector/errors.ts';
import { bindingOf } from '../../../../connector/session/discover.ts';
import type { DiscoveredTable } from '../../../../connector/session/session.ts';
import { tableNamed } from '../../discovery/fake-aws.ts';
import { fakeTerminal } from '../memory-files.ts';
import { config, orders, shopCapture, users } from '../shop-capture.ts';

const leaving = tableNamed('leaving', { status: 'DELETING', stream: undefined });

let capture: FlowCapture;
beforeAll(async () => {
  capture = await shopCapture();
});

const tables: readonly DiscoveredTable[] = [
  {
    name: 'leaving',
    table: leaving,
    obstacle: {
      code: errorCodes.tableNotActive,
      reason: 'Table "leaving" is DELETING, not ACTIVE',
      remedy: 'Wait until the table is active, or disable its binding.',
      mayPass: false,
    },
    binding: undefined,
  },
  { name: 'orders', table: orders, obstacle: undefined, binding: bindingOf(orders, config) },
  {
    name: 'users',
    table: users,
    obstacle: {
      code: errorCodes.streamUnusable,
      reason: 'Table "users" has no stream enabled',
      remedy: 'Run: aws …',
      mayPass: false,
    },
    binding: undefined,
  },
];

describe('renderDiscovered()', () => {
  const render = (columns: number) =>
    renderDiscovered(
      { place: 'in region eu-west-1', tables, hiddenCount: 0, listing: undefined },
      { capture, config, origin: 'there' },
      fakeTerminal(columns),
      true,
    ).split('\n');

  test('shows every table, and below them what fixes those that cannot be captured', () => {
    expect(render(120)).toEqual([
      '3 tables in region eu-west-1',
      '',
      'Table        Items    Size  Key     Stream  View type           Verdict',
      'leaving          0     0 B  id (S)  off                         ✗ DELETING',
      'orders   1,204,331  1.2 GB  id (S)  on      NEW_AND_OLD_IMAGES  ✓ captured',
      'users            0     0 B  id (S)  off                         ✗ no stream',
      '',
      '✗ Table "leaving" is DELETING, not ACTIVE',
      '    Wait until the table is active, or disable its binding.',
      '',
      '✗ Table "users" has no stream enabled',
      '    aws dynamodb update-table --table-name users \\',
      '      --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES --region eu-west-1',
      '',
      '✗ 2 of 3 tables cannot be captured',
      '',
    ]);
  });

  test('shows a table that it may not describe, and why there may be others', () => {
    const denied = new ConnectorError(errorCodes.permissionDenied, 'No dynamodb:ListTables', {
      hint: 'Allow it.',
    });
    const secret: DiscoveredTable = {
      name: 'secret',
      table: undefined,
      obstacle: {
        code: denied.code,
        reason: 'No dynamodb:DescribeTable',
        remedy: 'Allow it.',
        mayPass: false,
      },
      binding: undefined,
    };
    const shown = renderDiscovered(
      { place: 'at http://db', tables: [tables[1]!, secret], hiddenCount: 7, listing: denied },
      { capture, config, origin: 'there' },
      fakeTerminal(120),
      true,
    );
    expect(shown.split('\n')).toEqual([
      '2 tables at http://db',
      '7 tables at http://db excluded by "advanced.tableFilter"',
      '',
      'Table       Items    Size  Key     Stream  View type           Verdict',
      'orders  1,204,331  1.2 GB  id (S)  on      NEW_AND_OLD_IMAGES  ✓ captured',
      'secret                                                         ✗ no permission',
      '',
      '✗ No dynamodb:DescribeTable',
      '    Allow it.',
      '',
      '! Only the tables of bindings are shown. No dynamodb:ListTables',
      '    Allow it.',
      '',
      '✗ 1 of 2 tables cannot be captured',
      '',
    ]);
  });

  test('ends with how many can be captured', () => {
    const shown = renderDiscovered(
      { place: 'at http://db', tables: [tables[1]!], hiddenCount: 0, listing: undefined },
      { capture, config, origin: 'there' },
      fakeTerminal(80),
      false,
    );
    expect(shown.split('\n').slice(-3)).toEqual(['', '✓ 1 table can be captured', '']);
  });

  test('keeps commands whole where no terminal sets a width', () => {
    expect(render(Infinity)).toContain(
      '    aws dynamodb update-table --table-name users --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES --region eu-west-1',
    );
  });

  test('shows how many cannot be captured where there is no room for how to fix each', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({
      ...tables[2]!,
      name: `users-${index}`,
    }));
    const shown = renderDiscovered(
      { place: 'at http://db', tables: many, hiddenCount: 0, listing: undefined },
      { capture, config, origin: 'there' },
      fakeTerminal(80),
      false,
    ).split('\n');
    expect(shown.length).toBeLessThanOrEqual(20);
    expect(shown.at(-2)).toBe(
      '✗ 12 of 12 tables cannot be captured: --verbose says how to fix each.',
    );
  });

  test.each([40, 60, 80, 120])('stays within %i columns but for words that are longer', (width) => {
    const tooLong = render(width).filter((line) => line.length > width);
    const want =
      width < 90 ? [expect.stringMatching(/^ {6}--stream-specification \S+( \\)?$/)] : [];
    expect(tooLong).toEqual(want);
  });
});

describe('renderChanges()', () => {
  const target = () => ({ capture, config, origin: 'there' as const });
  const render = (isWritten: boolean, count: number, notes: string[] = []) => {
    const file = { path: 'flow.yaml', text: '', isNew: false };
    const bindings = Array.from({ length: count }, (_, index) => `table-${index}`);
    const changes = {
      files: count === 0 ? [] : [file],
      bindings,
      collections: [],
      notes,
      byHand: [],
    };
    const options = { isWritten, flags: { source: 'flow.yaml' } };
    return renderChanges(changes, target(), options, fakeTerminal(80));
  };

  test.each<[string, string, string]>([
    ['what was written', render(true, 1), '\n✓ Updated flow.yaml\n'],
    ['that nothing had to be', render(true, 0), '\nflow.yaml is up to date.\n'],
    [
      'what would be',
      render(false, 2, ['Kept']),
      '\n! Kept\nRun again with --write to add 2 bindings to flow.yaml.\n',
    ],
    ['nothing where there is nothing', render(false, 0), ''],
  ])('says %s', (_, got, want) => {
    expect(got).toBe(want);
  });
});
