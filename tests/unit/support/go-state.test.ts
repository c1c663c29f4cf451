import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeStartKey } from '../../../connector/state/start-key.ts';
import { packKey, readAsGo, unpackKey, zeroTime } from '../../support/go-state.ts';

const stringOf = (value: string) => ({ type: 'S', value }) as const;
const numberOf = (value: string) => ({ type: 'N', value }) as const;
const bytesOf = (bytes: Uint8Array) =>
  ({ type: 'B', value: Buffer.from(bytes).toString('base64') }) as const;

describe('packKey(), unpackKey()', () => {
  test('agree with encodeStartKey() on any key', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }).map(stringOf),
      fc.uint8Array({ maxLength: 40 }).map(bytesOf),
      fc.oneof(fc.bigInt().map(String), fc.constantFrom('-0.5', '9.9E+125')).map(numberOf),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 2 }), (key) => {
        const definitions = key.map(({ type }, at) => ({ name: `k${at}`, type }));
        const item = Object.fromEntries(
          key.map((part, at) => [`k${at}`, { [part.type]: part.value }]),
        );
        const got = encodeStartKey(key);
        expect(got).toBe(packKey(item, definitions));
        expect(unpackKey(got)).toEqual(key.map((part) => ({ [part.type]: part.value })));
      }),
    );
  });
});

describe('readAsGo() refuses', () => {
  const withTable = (members: object) => ({
    bindingStateV1: { orders: { streamArn: 'arn:1', totalBackfillSegments: 1, ...members } },
  });
  const withSegment = (members: object) => withTable({ backfillSegmentProgress: { 0: members } });

  test.each<[object, string]>([
    [withTable({ later: 1 }), 'later is not a member of a table'],
    [withTable({ backfillFinishedAt: '2026-08-21' }), '"2026-08-21" is not an RFC 3339 time'],
    [withSegment({ finishedAt: null }), 'null is not an RFC 3339 time'],
    [withSegment({ exclusiveStartKey: 'AmJh' }), 'AmJh is not a packed key'],
    [withSegment({ exclusiveStartKey: 'AmJhAA' }), 'AmJhAA is not standard base64'],
    [withSegment({ startKey: '', finishedAt: zeroTime }), 'startKey is not a member of a segment'],
  ])('%j', (state, want) => {
    expect(() => readAsGo(state)).toThrow(new Error(`Go cannot read the state: ${want}`));
  });
});
