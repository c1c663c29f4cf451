import { describe, expect, test } from '@jest/globals';
import { parseJson, type JsonObject } from '../../../connector/reduction/json.ts';
import { itemDifference } from '../../support/attribute-match.ts';
import type { AttributeValue, Item } from '../../support/dynamodb-calls.ts';

/** A value in DynamoDB's form, a document's value as JSON text, and the first difference if there is one. */
type Case = readonly [value: AttributeValue, json: string, difference: string | undefined];

const cases: readonly Case[] = [
  [{ S: 'text' }, '"text"', undefined],
  [{ S: 'text' }, '"other"', '/a is "other", not {"S":"text"}'],
  [{ N: '1' }, '1', undefined],
  [{ N: '1' }, '"1"', '/a is "1", not {"N":"1"}'],
  [{ N: '0' }, '0', undefined],
  [{ N: '0.1' }, '0.1', undefined],
  [{ N: '-150' }, '-1.5e2', undefined],
  [{ N: '-150' }, '150', '/a is 150, not {"N":"-150"}'],
  [{ N: '0.0000001' }, '1e-7', undefined],
  [{ N: '18446744073709551615' }, '18446744073709551615', undefined],
  [
    { N: '18446744073709551615' },
    '18446744073709551614',
    '/a is "18446744073709551614", not {"N":"18446744073709551615"}',
  ],
  [{ N: '18446744073709551617' }, '"18446744073709551617"', undefined],
  [{ N: '-9223372036854775808' }, '-9223372036854775808', undefined],
  [{ N: '-9223372036854775809' }, '"-9223372036854775809"', undefined],
  [{ N: '0.12345678901234567890' }, '"0.12345678901234567890"', undefined],
  [
    { N: '0.12345678901234567890' },
    '0.12345678901234568',
    '/a is 0.12345678901234568, not {"N":"0.12345678901234567890"}',
  ],
  [{ B: 'AQI=' }, '"AQI="', undefined],
  [{ BOOL: false }, 'false', undefined],
  [{ BOOL: false }, 'null', '/a is null, not {"BOOL":false}'],
  [{ NULL: true }, 'null', undefined],
  [{ SS: ['x', 'y'] }, '["y","x"]', undefined],
  [{ SS: ['x', 'y'] }, '["x","x"]', '/a is ["x","x"], not {"SS":["x","y"]}'],
  [{ NS: ['1', '2'] }, '[2,1]', undefined],
  [{ NS: ['1', '2'] }, '[2]', '/a is [2], not {"NS":["1","2"]}'],
  [{ BS: ['AQ=='] }, '["AQ=="]', undefined],
  [{ L: [{ S: 'x' }, { N: '1' }] }, '["x",1]', undefined],
  [{ L: [{ S: 'x' }, { N: '1' }] }, '["x"]', '/a has 1 elements, not 2'],
  [{ L: [{ S: 'x' }, { N: '1' }] }, '["x",2]', '/a/1 is 2, not {"N":"1"}'],
  [{ M: { b: { S: 'x' } } }, '{"b":"x"}', undefined],
  [{ M: { b: { S: 'x' } } }, '{}', '/a/b is missing'],
  [{ M: {} }, '{"b":1}', '/a/b should not be there'],
  [{ M: {} }, '[]', '/a is [], not {"M":{}}'],
];

const meta = '"_meta":{"op":"c","snapshot":true,"epoch":"2026-01-01T00:00:00.000Z"}';

const documentOf = (json: string) => parseJson(json) as JsonObject;

describe('itemDifference()', () => {
  test.each(cases)('of %j and %s', (value, json, want) => {
    const got = itemDifference({ a: value }, documentOf(`{"a":${json},${meta}}`), []);
    expect(got).toBe(want);
  });

  test.each([
    ['"1"', undefined],
    ['1', '/a is 1, not {"N":"1"}'],
  ])('wants a number that is a key as text: %s', (json, want) => {
    const got = itemDifference({ a: { N: '1' } }, documentOf(`{"a":${json},${meta}}`), ['a']);
    expect(got).toBe(want);
  });

  test.each([
    ['{"a":"x","__proto__":"y"}', undefined],
    ['{"a":"x"}', '/__proto__ is missing'],
    ['{"a":"x","__proto__":"z"}', '/__proto__ is "z", not {"S":"y"}'],
  ])('knows an attribute "__proto__" in %s', (json, want) => {
    const item: Item = JSON.parse('{"a":{"S":"x"},"__proto__":{"S":"y"}}') as Item;
    expect(itemDifference(item, documentOf(json), [])).toBe(want);
  });

  test.each([
    ['{"_meta":{"op":"c","attribute":"own"}}', undefined],
    ['{"_meta":{"op":"c"}}', '/_meta is missing'],
  ])('looks for the attribute "_meta" in the "_meta" of %s', (json, want) => {
    expect(itemDifference({ _meta: { S: 'own' } }, documentOf(json), [])).toBe(want);
  });
});
