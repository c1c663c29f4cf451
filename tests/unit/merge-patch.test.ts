import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../connector/json.ts';
import { mergePatch, patchBetween } from '../../connector/merge-patch.ts';

describe('patchBetween()', () => {
  test.each<[JsonObject, JsonObject, JsonObject | undefined]>([
    [{}, {}, undefined],
    [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, undefined],
    [{ a: 1 }, { a: 2 }, { a: 2 }],
    [{ a: 1 }, {}, { a: null }],
    [{}, { a: {} }, { a: {} }],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1, d: 3 } }, { a: { c: null, d: 3 } }],
    [{ a: { b: 1 } }, { a: [1] }, { a: [1] }],
    [{ a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    [{ a: { b: true } }, { a: {} }, { a: { b: null } }],
  ])('from %j to %j is %j', (before, after, want) => {
    expect(patchBetween(before, after)).toEqual(want);
  });

  test('makes the second of the first', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.boolean(), { maxLength: 2 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
    }));
    const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), value);
    fc.assert(
      fc.property(objects, objects, (before, after) => {
        const patch = patchBetween(before as JsonObject, after as JsonObject) ?? {};
        expect(mergePatch(before, patch)).toEqual({ ...after });
      }),
    );
  });
});
