import { describe, expect, test } from '@jest/globals';
import { addTo } from '../../../../connector/cli/catalog/yaml-edit.ts';
import { parseYamlFile } from '../../../../connector/cli/catalog/yaml-file.ts';

const bindingsPath = ['captures', 'a/b', 'bindings'];
const binding = {
  value: { resource: { table: 'z' }, target: 'a/z' },
  block: '- resource: { table: z }\n  target: a/z\n',
};
const collection = { name: 'a/z', value: { key: ['/id'] }, block: 'a/z:\n  key: [/id]\n' };

const added = (text: string, path: string[], addition: Parameters<typeof addTo>[2]) =>
  addTo(parseYamlFile('flow.yaml', text), path, addition)?.text;

describe('addTo()', () => {
  test('adds to a list and leaves all else as it is', () => {
    const before = `# top
captures:
  a/b: # ours
    endpoint: {local: {command:   [ node ], config: "c.yaml"}}
    bindings:
    # first
    - resource:
        table: a   # a table
      target: 'x/a' # its collection
`;
    const after = `
    # after the bindings
    interval: 1s
# end
`;
    expect(added(before + after, bindingsPath, binding)).toBe(
      `${before}    - resource: { table: z }\n      target: a/z\n${after}`,
    );
  });

  test.each([
    [
      'an empty list',
      'captures:\n  a/b:\n    bindings: [] # none yet\n    interval: 5m\n',
      'captures:\n  a/b:\n    bindings: # none yet\n      - resource: { table: z }\n        target: a/z\n    interval: 5m\n',
    ],
    [
      'nothing after the colon',
      'captures:\n  a/b:\n    bindings:\n    interval: 5m\n',
      'captures:\n  a/b:\n    bindings:\n      - resource: { table: z }\n        target: a/z\n    interval: 5m\n',
    ],
    [
      'a list in brackets',
      'captures:\n  a/b:\n    bindings: [{target: x}]\n',
      'captures:\n  a/b:\n    bindings: [{target: x}, { resource: { table: z }, target: a/z }]\n',
    ],
    [
      'no list at all',
      'captures:\n  a/b:\n    interval: 5m # often\n',
      'captures:\n  a/b:\n    interval: 5m # often\n    bindings:\n      - resource: { table: z }\n        target: a/z\n',
    ],
    [
      'a mapping in braces without it',
      'captures: {a/b: {interval: 5m}}\n',
      'captures: {a/b: {interval: 5m, bindings: [ { resource: { table: z }, target: a/z } ]}}\n',
    ],
    [
      'a file without an end of line',
      'captures:\n  a/b:\n    bindings:\n      - target: x',
      'captures:\n  a/b:\n    bindings:\n      - target: x\n      - resource: { table: z }\n        target: a/z\n',
    ],
    [
      'lines that end as on Windows',
      'captures:\r\n  a/b:\r\n    bindings:\r\n      - target: x\r\n',
      'captures:\r\n  a/b:\r\n    bindings:\r\n      - target: x\r\n      - resource: { table: z }\r\n        target: a/z\r\n',
    ],
  ])('adds to %s', (_, before, after) => {
    expect(added(before, bindingsPath, binding)).toBe(after);
  });

  test.each([
    ['a mapping', 'collections:\n  a/y: {}\n', 'collections:\n  a/y: {}\n  a/z:\n    key: [/id]\n'],
    ['an empty one', 'collections: {}', 'collections:\n  a/z:\n    key: [/id]\n'],
    ['a new section', 'x: 1\n', 'x: 1\n\ncollections:\n  a/z:\n    key: [/id]\n'],
    ['comments alone', '# Mine.\n', '# Mine.\n\ncollections:\n  a/z:\n    key: [/id]\n'],
    ['an empty file', '', 'collections:\n  a/z:\n    key: [/id]\n'],
  ])('adds a name to %s', (_, before, after) => {
    expect(added(before, ['collections'], collection)).toBe(after);
  });

  test.each([
    [
      'a list that another capture shares',
      'captures:\n  a/b:\n    bindings: &list\n      - target: x\n  a/c:\n    bindings: *list\n',
    ],
    ['an alias', 'x: &list [{target: x}]\ncaptures:\n  a/b:\n    bindings: *list\n'],
    [
      'a capture that another merges',
      'captures:\n  a/b: &base\n    bindings: []\n  a/c:\n    <<: *base\n',
    ],
    [
      'bindings that may be merged',
      'x: &base\n  bindings: [{target: x}]\ncaptures:\n  a/b:\n    <<: *base\n',
    ],
    ['a text where a list should be', 'captures:\n  a/b:\n    bindings: file.yaml\n'],
  ])('leaves %s alone', (_, text) => {
    expect(added(text, bindingsPath, binding)).toBeUndefined();
  });

  test('takes an anchor that nothing refers to', () => {
    const before = 'captures:\n  a/b: &mine\n    bindings:\n      - target: x\n';
    const after = `${before}      - resource: { table: z }\n        target: a/z\n`;
    expect(added(before, bindingsPath, binding)).toBe(after);
  });

  test('keeps a byte order mark apart, so that all else stays as it is', () => {
    const before = 'captures:\n  a/b:\n    bindings:\n      - target:   x\n';
    const file = addTo(parseYamlFile('flow.yaml', `\ufeff${before}`), bindingsPath, binding);
    const after = `${before}      - resource: { table: z }\n        target: a/z\n`;
    expect([file?.mark, file?.text]).toEqual(['\ufeff', after]);
  });
});

describe('addTo() a JSON file', () => {
  test.each([
    [
      'a list on lines of its own',
      '{\n\t"captures": {\n\t\t"a/b": {\n\t\t\t"bindings": [\n\t\t\t\t{"target":"x"}\n\t\t\t]\n\t\t}\n\t}\n}\n',
      '{\n\t"captures": {\n\t\t"a/b": {\n\t\t\t"bindings": [\n\t\t\t\t{"target":"x"},\n\t\t\t\t{\n\t\t\t\t\t"resource": {\n\t\t\t\t\t\t"table": "z"\n\t\t\t\t\t},\n\t\t\t\t\t"target": "a/z"\n\t\t\t\t}\n\t\t\t]\n\t\t}\n\t}\n}\n',
    ],
    [
      'a list on one line',
      '{"captures":{"a/b":{"bindings":[{"target":"x"}]}}}',
      '{"captures":{"a/b":{"bindings":[{"target":"x"}, { "resource": { "table": "z" }, "target": "a/z" }]}}}',
    ],
    [
      'an empty list',
      '{\r\n  "captures": { "a/b": {\r\n    "bindings": []\r\n  } }\r\n}\r\n',
      '{\r\n  "captures": { "a/b": {\r\n    "bindings": [\r\n      {\r\n        "resource": {\r\n          "table": "z"\r\n        },\r\n        "target": "a/z"\r\n      }\r\n    ]\r\n  } }\r\n}\r\n',
    ],
    [
      'no list at all',
      '{\n  "captures": {\n    "a/b": {}\n  }\n}\n',
      '{\n  "captures": {\n    "a/b": {\n      "bindings": [\n        {\n          "resource": {\n            "table": "z"\n          },\n          "target": "a/z"\n        }\n      ]\n    }\n  }\n}\n',
    ],
  ])('to %s', (_, before, after) => {
    const got = added(before, bindingsPath, binding);
    expect(got).toBe(after);
    expect(JSON.parse(got ?? '')).toBeDefined();
  });
});
