import { describe, expect, test } from '@jest/globals';
import { crc32 } from 'node:zlib';
import { codeOf, messageOf } from '../../../../connector/errors.ts';
import type { FaultKind, Item } from '../../../support/fake-dynamodb/fake-dynamodb.ts';
import { decoded, Harness, order } from '../fake-harness.ts';

const scan = { TableName: 'orders', ConsistentRead: true };

function harnessWith(kind: FaultKind, options = {}): Harness {
  const harness = new Harness(options).createOrders();
  harness.fake.put('orders', order('a', 'some text that is long enough to be cut'));
  harness.fake.faults.add({ kind });
  return harness;
}

describe('faults of the way', () => {
  test.each([
    ['reset', 'ECONNRESET'],
    ['reset-after', 'ECONNRESET'],
    ['cut', 'ECONNRESET'],
    ['hang', 'ETIMEDOUT'],
  ] as const)('%s ends in %s, once', async (kind, want) => {
    const harness = harnessWith(kind);
    const got = await harness.clock.run(harness.send('Scan', scan)).catch(codeOf);
    expect(got).toBe(want);
    expect((await harness.scan()).Count).toBe(1);
    expect(Object.fromEntries(harness.fake.stats.faults)).toEqual({ [kind]: 1 });
  });

  test('hang lasts as long as the caller is patient', async () => {
    const harness = harnessWith('hang');
    const begun = harness.clock.now();
    const got = await harness.clock.run(harness.send('Scan', scan, {}, 30_000)).catch(messageOf);
    expect([got, harness.clock.now() - begun]).toEqual(['No response within 30000 ms', 30_000]);
  });

  test.each(['truncate', 'corrupt'] as const)('%s shows in the checksum', async (kind) => {
    const harness = harnessWith(kind);
    const { status, headers, body } = await harness.clock.run(harness.send('Scan', scan));
    expect([status, Number(headers['x-amz-crc32']) === crc32(body)]).toEqual([200, false]);
    const whole = await harness.clock.run(harness.send('Scan', scan));
    expect(Number(whole.headers['x-amz-crc32'])).toBe(crc32(whole.body));
  });

  test('respelled says the same in other letters', async () => {
    const harness = harnessWith('respelled');
    harness.fake.put(
      'orders',
      JSON.parse('{"id":{"S":"\\u20ac😀\\n"},"__proto__":{"N":"1"}}') as Item,
    );
    const [odd, plain] = [
      await harness.clock.run(harness.send('Scan', scan)),
      await harness.clock.run(harness.send('Scan', scan)),
    ];
    expect(decoded(odd)).toEqual(decoded(plain));
    expect(Buffer.from(odd.body).toString()).not.toBe(Buffer.from(plain.body).toString());
    expect(Number(odd.headers['x-amz-crc32'])).toBe(crc32(odd.body));
  });

  test('slow takes its time, and what happens meanwhile may show', async () => {
    const harness = harnessWith('slow');
    const begun = harness.clock.now();
    const { Count } = await harness.scan();
    expect([Count, harness.clock.now() - begun]).toEqual([1, 10_000]);
  });

  test('denied names user, action and resource', async () => {
    const harness = harnessWith('denied');
    expect(decoded(await harness.clock.run(harness.send('Scan', scan)))).toMatchObject({
      error: 'AccessDeniedException',
      Message:
        'User: arn:aws:iam::123456789012:user/anonymous is not authorized to perform: dynamodb:Scan on resource: ' +
        'arn:aws:dynamodb:us-east-1:123456789012:table/orders because no identity-based policy allows the ' +
        'dynamodb:Scan action',
    });
  });
});

describe('Faults', () => {
  test('hit the requests a rule describes, after those it lets pass', async () => {
    const harness = new Harness().createOrders();
    harness.fake.faults.add({ kind: 'internal-error', operation: 'Scan', skip: 1, count: 2 });
    harness.fake.faults.add({ kind: 'denied', operation: 'ListTables', count: Infinity });
    const got: string[] = [];
    for (const operation of ['Scan', 'Scan', 'ListTables', 'Scan', 'Scan', 'ListTables']) {
      got.push(await harness.errorOf(operation, operation === 'Scan' ? scan : {}));
    }
    expect(got).toEqual([
      'none',
      'InternalServerError',
      'AccessDeniedException',
      'InternalServerError',
      'none',
      'AccessDeniedException',
    ]);
    harness.fake.faults.clear();
    expect(await harness.errorOf('ListTables', {})).toBe('none');
  });

  test('keep to a table, a caller, or a part of the request', async () => {
    const harness = new Harness().createOrders();
    harness.fake.createTable({ name: 'other', key: [{ name: 'id', type: 'S' }] });
    const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20260101' };
    const { faults } = harness.fake;
    faults.add({ kind: 'internal-error', table: 'other', count: Infinity });
    faults.add({ kind: 'expired-credentials', caller: 'AKID', count: Infinity });
    faults.add({ kind: 'throttle', bodyPart: '"Segment":3', count: Infinity });
    const segment = { ...scan, Segment: 3, TotalSegments: 4 };
    const got = [
      await harness.errorOf('Scan', { TableName: 'other' }),
      await harness.errorOf('Scan', scan, signed),
      await harness.errorOf('Scan', segment),
      await harness.errorOf('Scan', { ...segment, Segment: 2 }),
    ];
    expect(got).toEqual([
      'InternalServerError',
      'ExpiredTokenException',
      'ProvisionedThroughputExceededException',
      'none',
    ]);
  });

  test('come by chance as often as asked for, the same for the same seed', async () => {
    const outcomes = async (seed: number) => {
      const harness = new Harness({ seed, latencyMs: [1, 50] }).createOrders();
      harness.fake.faults.setChances({ reset: 0.2, 'internal-error': 0.1, 'late-child': 0.7 });
      const got: string[] = [];
      for (let call = 0; call < 200; call++) {
        const answer = harness.clock.run(harness.send('Scan', scan));
        got.push(
          await answer
            .then(({ status }) => String(status))
            .catch((error: unknown) => codeOf(error) ?? ''),
        );
      }
      return [...got, harness.clock.now()];
    };
    const [first, again, other] = [await outcomes(7), await outcomes(7), await outcomes(8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const count = (what: string) => first.filter((outcome) => outcome === what).length;
    expect([Math.round(count('ECONNRESET') / 20), Math.round(count('500') / 20)]).toEqual([2, 1]);
  });
});

describe('the server clock', () => {
  test.each([
    [0, 'none'],
    [299_000, 'none'],
    [-301_000, 'InvalidSignatureException'],
    [301_000, 'InvalidSignatureException'],
  ])('off by %d ms makes of a signature: %s', async (skewMs, want) => {
    const harness = new Harness().createOrders();
    harness.fake.skewClock(skewMs);
    const dated = { 'X-Amz-Date': '20260101T000000Z' };
    expect(await harness.errorOf('Scan', scan, dated)).toBe(want);
    const { headers } = await harness.clock.run(harness.send('Scan', scan));
    expect(Date.parse(headers['date'] ?? '')).toBe(Date.UTC(2026, 0, 1) + skewMs);
  });

  test('calls the error as it is told to', async () => {
    const harness = new Harness().createOrders();
    harness.fake.skewClock(600_000, 'RequestTimeTooSkewed');
    const dated = { 'X-Amz-Date': '20260101T000000Z' };
    expect(await harness.errorOf('Scan', scan, dated)).toBe('RequestTimeTooSkewed');
  });
});
