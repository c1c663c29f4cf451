import { describe, expect, test } from '@jest/globals';
import { fileNames, rowLines } from '../../../../connector/cli/pull/row-format.ts';
import { parseJson } from '../../../../connector/reduction/reduction.ts';

const rows = [
  '{"b":1,"id":"x","_meta":{"op":"c"}}',
  '{"id":"y, \\"z\\"","list":[1,{"c":""}],"big":12345678901234567890,"none":null,"empty":"","constructor":true}',
].map((text) => parseJson(text));
const textOf = (format: 'flow' | 'jsonl' | 'csv', key: string[] = ['/id']) =>
  [...rowLines(format, 'acmeCo/orders', key, rows)].join('');

describe('rowLines()', () => {
  test('puts the key first, in every format', () => {
    expect(textOf('jsonl').split('\n')).toEqual([
      '{"id":"x","b":1,"_meta":{"op":"c"}}',
      '{"id":"y, \\"z\\"","list":[1,{"c":""}],"big":12345678901234567890,"none":null,"empty":"","constructor":true}',
      '',
    ]);
    expect(textOf('flow').split('\n')[0]).toBe(
      '["acmeCo/orders",{"id":"x","b":1,"_meta":{"op":"c"}}]',
    );
  });

  test('writes CSV as RFC 4180 has it, with a column for each attribute of any row', () => {
    expect(textOf('csv').split('\r\n')).toEqual([
      'id,b,list,big,none,empty,constructor,_meta',
      'x,1,,,,,,"{""op"":""c""}"',
      '"y, ""z""",,"[1,{""c"":""""}]",12345678901234567890,,"",true,',
      '',
    ]);
  });

  test('takes a pointer for the name that it stands for', () => {
    const row = parseJson('{"x":1,"a/b~c":2}');
    const [line] = rowLines('jsonl', 'c', ['/a~1b~0c'], [row]);
    expect(line).toBe('{"a/b~c":2,"x":1}\n');
  });
});

test('fileNames() gives each collection a file of its own', () => {
  const got = fileNames(['a/x/orders', 'a/users', 'a/y/orders', 'a/users'], 'csv');
  expect([...got.values()]).toEqual(['a_x_orders.csv', 'users.csv', 'a_y_orders.csv']);
});
