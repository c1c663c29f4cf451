import { beforeAll, describe, expect, test } from '@jest/globals';
import { renderChanges, renderDiscovered } from '../../../connector/cli/discover/discover-view.ts';
import type { Backups } from '../../../connector/aws/aws.ts';
import { readFlowCapture, type FlowCapture } from '../../../connector/cli/catalog/flow-file.ts';
import { planCapture } from '../../../connector/cli/validate/plan.ts';
import { renderValidation } from '../../../connector/cli/validate/validate-view.ts';
import type { BindingValidation, Validation } from '../../../connector/cli/validate/validation.ts';
import { parseEndpointConfig } from '../../../connector/config/config.ts';
import { ConnectorError, errorCodes } from '../../../connector/errors.ts';
import { bindingOf } from '../../../connector/session/discover.ts';
import type { DiscoveredTable } from '../../../connector/session/session.ts';
import { tableNamed } from '../discovery/fake-aws.ts';
import { fakeTerminal, memoryFiles } from './memory-files.ts';

const orders = tableNamed('orders', { itemCount: 1_204_331, sizeBytes: 1.2e9 });
const users = tableNamed('users', { stream: undefined });
const leaving = tableNamed('leaving', { status: 'DELETING', stream: undefined });
const config = parseEndpointConfig({ region: 'eu-west-1' });

let capture: FlowCapture;
beforeAll(async () => {
  const text = `captures:
  acmeCo/shop/source-dynamodb:
    endpoint: { local: { config: { region: eu-west-1 } } }
    bindings:
      - resource: { table: orders }
        target: acmeCo/shop/orders
      - resource: { table: users }
        target: acmeCo/shop/users
      - resource: { table: old }
        target: acmeCo/shop/old
        disable: true
`;
  const files = memoryFiles({ 'flow.yaml': text });
  capture = await readFlowCapture(files, { source: 'flow.yaml', capture: undefined });
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
      '7 tables at http://db left out by "advanced.tableFilter"',
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
    ]);
  });

  test('keeps commands whole where no terminal sets a width', () => {
    expect(render(Infinity)).toContain(
      '    aws dynamodb update-table --table-name users --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES --region eu-west-1',
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

describe('renderValidation()', () => {
  const render = (columns: number, isVerbose = true, rows = 24, recovery?: Backups) => {
    const [ordersBinding, usersBinding, oldBinding] = capture.bindings;
    const recoveryNote = undefined;
    const check = { lacksOldImages: false, recoveryNote, key: ['/id'], problems: [] };
    const shards = { openCount: 4, isWhole: true };
    const problems = [
      new ConnectorError(errorCodes.streamUnusable, 'Table "users" has no stream enabled'),
      new ConnectorError(errorCodes.permissionDenied, 'Missing permission dynamodb:Scan', {
        hint: 'Allow it.',
      }),
    ];
    const bindings: BindingValidation[] = [
      {
        binding: ordersBinding!,
        table: 'orders',
        problems: [],
        notes: ['A note'],
        checked: { ...check, table: orders, shards },
      },
      {
        binding: usersBinding!,
        table: 'users',
        problems,
        notes: [],
        checked: { ...check, table: users, shards: undefined, problems },
      },
      {
        binding: oldBinding!,
        table: 'old',
        problems: [],
        notes: [],
        checked: undefined,
      },
    ];
    const input = { table: orders, rcuAllocation: 500, openShardCount: 4, recovery };
    const plan = planCapture([input], { ...config, nowMs: Date.UTC(2026, 7, 21, 10) });
    const place = 'in region eu-west-1';
    const validation: Validation = { capture, config, place, bindings, plan };
    return renderValidation(validation, { ...fakeTerminal(columns), rows }, isVerbose).split('\n');
  };

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
    expect(shown.at(-2)).toBe('✗ 12 tables cannot be captured: --verbose says how to fix each.');
  });

  test('plans, lists bindings with their problems, and says the verdict last', () => {
    const plan = [
      'acmeCo/shop/source-dynamodb in flow.yaml, tables in region eu-west-1',
      '',
      'Table       Items    Size  Read units  Units/s  Limit              Time   Cost  Shards',
      'orders  1,204,331  1.2 GB    ~293,100      500  rcuAllocation  ~ 10 min  $0.04       4',
      '',
      'Backfill, once: 293,100 read units, about 10 min, $0.04.',
      'Following, each month: 4 open shards, read every 1 s while idle, is 10.4 million stream reads,',
      '$1.57.',
    ];
    const basis = [
      '',
      'Busy shards are read up to four times a second; a longer advanced.idleBackoffMax makes idle ones',
      'cheaper.',
      'These are estimates. DynamoDB counts items and sizes about every six hours; a page of items costs a',
      'unit per 4 KB, a request at least one.',
      'Prices of us-east-1, November 2026: $0.125 per million read units, $0.02 per 100,000 stream reads',
      'after 2.5 million free ones a month and account. They differ in eu-west-1. See',
      'https://aws.amazon.com/dynamodb/pricing/',
    ];
    const orders = ['✓ orders → acmeCo/shop/orders', '    ! A note'];
    const users = [
      '✗ users → acmeCo/shop/users flow.yaml:7',
      '    - Table "users" has no stream enabled',
      '        aws dynamodb update-table --table-name users \\',
      '          --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES \\',
      '          --region eu-west-1',
      '    - Missing permission dynamodb:Scan',
      '        Allow it.',
    ];
    const verdict = ['✗ 1 of 2 bindings cannot be captured', ''];
    const old = '- old → acmeCo/shop/old (disabled)';
    expect(render(100)).toEqual([...plan, ...basis, '', ...orders, ...users, old, '', ...verdict]);
    // Where it does not fit, what is well is counted.
    expect(render(100, false, 20)).toEqual([
      ...plan,
      'These are estimates; --verbose says what they rest on.',
      '',
      ...orders,
      ...users,
      '',
      '1 binding without a problem: --verbose lists all',
      ...verdict,
    ]);
  });

  test('shows what a repair would take, where gaps are repaired', () => {
    const sinceLong = { isEnabled: true, earliestMs: 0, latestMs: undefined, periodDays: 35 };
    expect(render(100, false, 40, sinceLong).slice(3, 14)).toEqual([
      'orders  1,204,331  1.2 GB    ~293,100      500  rcuAllocation  ~ 10 min  $0.04       4',
      '',
      'Repair of a day  Recovery  Changed       Units, cost     New backfill  Break-even',
      'orders           35 days    12,044  ~12,044, < $0.01  ~293,100, $0.04      24.3 %',
      '',
      'Backfill, once: 293,100 read units, about 10 min, $0.04.',
      'Following, each month: 4 open shards, read every 1 s while idle, is 10.4 million stream reads,',
      '$1.57.',
      "Repair of a day's gap in which 1 % of the items changed: a read unit per 4 KB of each, and 4",
      'exports.',
      'Break-even: where more items changed, a repair reads more units than a new backfill. But only a',
    ]);
    const isYoung = { ...sinceLong, earliestMs: Date.UTC(2026, 7, 20, 12, 30) };
    expect(render(100, false, 40, isYoung).join('\n')).toContain('  since 2026-08-20T12:30Z  ');
    const isOff = { ...sinceLong, isEnabled: false };
    expect(render(100, false, 40, isOff).join('\n')).toContain('orders           off ');
  });

  test.each([50, 60, 80])('stays within %i columns but for words that are longer', (width) => {
    const tooLong = render(width).filter((line) => line.length > width);
    expect(tooLong).toEqual([expect.stringMatching(/^ {10}--stream-specification \S+( \\)?$/)]);
  });
});
