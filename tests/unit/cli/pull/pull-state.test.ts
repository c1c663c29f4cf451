import { describe, expect, test } from '@jest/globals';
import {
  pullStateText,
  readPullState,
  type PullState,
} from '../../../../connector/cli/pull/pull-state.ts';

const state: PullState = {
  capture: 'acmeCo/try',
  savedAt: '2026-08-21T10:00:00.000Z',
  documents: 3,
  output: { file: 'out.jsonl', bytes: 120 },
  format: 'flow',
  state: { bindingStateV1: { orders: { streamArn: 'arn' } } },
  collections: undefined,
};

const textOf = (given: PullState) => [...pullStateText(given)].join('');
const read = (text: string | undefined) =>
  readPullState({ read: () => Promise.resolve(text) }, 'pull.json', 'acmeCo/try');

describe('a state file', () => {
  test('reads as it was written', async () => {
    expect(await read(textOf(state))).toEqual(state);
  });

  test('is readable, and has a line for each row', async () => {
    const rows = [{ id: 'a', total: 12345678901234567890n }, { id: 'b' }];
    const collections = new Map([
      ['acmeCo/orders', rows],
      ['acmeCo/none', []],
    ]);
    const given = { ...state, output: undefined, state: {}, collections };
    expect(textOf(given)).toBe(
      [
        '{',
        '  "version": 1,',
        '  "capture": "acmeCo/try",',
        '  "savedAt": "2026-08-21T10:00:00.000Z",',
        '  "documents": 3,',
        '  "state": {},',
        '  "collections": {',
        '    "acmeCo/orders": [',
        '      {"id":"a","total":12345678901234567890},',
        '      {"id":"b"}],',
        '    "acmeCo/none": []',
        '  }',
        '}',
        '',
      ].join('\n'),
    );
    expect(await read(textOf(given))).toEqual(given);
  });

  test('that is not there is no state', async () => {
    expect(await read(undefined)).toBe(undefined);
  });

  test.each<[string, string]>([
    ['State file "pull.json" is not valid JSON: ', '{"version":'],
    ['State file "pull.json" is not one that pull has written', '[]'],
    ['State file "pull.json" is not one that pull has written', '{"bindingStateV1":{}}'],
    [
      'State file "pull.json" has version 2, not 1',
      '{"version":2,"capture":"acmeCo/try","state":{}}',
    ],
    [
      'State file "pull.json" belongs to capture "acmeCo/other", not to "acmeCo/try"',
      textOf({ ...state, capture: 'acmeCo/other' }),
    ],
  ])('is refused: %s', async (want, text) => {
    const got = await read(text).catch((error: unknown) => error);
    expect(got).toMatchObject({
      code: 'state-invalid',
      hint: 'Name another file with --state, or remove this one to start over.',
    });
    expect((got as Error).message.startsWith(want)).toBe(true);
  });
});
