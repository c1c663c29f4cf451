import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Backups } from '../../../../connector/aws/aws.ts';
import type { FlowCapture } from '../../../../connector/cli/catalog/flow-file.ts';
import { planCapture } from '../../../../connector/cli/validate/plan.ts';
import { renderValidation } from '../../../../connector/cli/validate/validate-view.ts';
import type {
  BindingValidation,
  Validation,
} from '../../../../connector/cli/validate/validation.ts';
import { ConnectorError, errorCodes } from '../../../../connector/errors.ts';
import { fakeTerminal } from '../memory-files.ts';
import { config, orders, shopCapture, users } from '../shop-capture.ts';

let capture: FlowCapture;
beforeAll(async () => {
  capture = await shopCapture();
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
      'These are estimates; --verbose explains them.',
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
