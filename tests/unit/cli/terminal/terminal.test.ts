import { describe, expect, test } from '@jest/globals';
import { printable, terminalOf } from '../../../../connector/cli/terminal/terminal.ts';
import { fakeCommandHost } from '../memory-files.ts';

function looks(columns: number | undefined, environment: Record<string, string>) {
  const { host } = fakeCommandHost({ ...(columns === undefined ? {} : { columns }), environment });
  const terminal = terminalOf(host, 'stdout');
  return [terminal.colors.isColorSupported, terminal.isAnimated, terminal.columns];
}

describe('terminalOf()', () => {
  test.each<[string, number | undefined, Record<string, string>, unknown[]]>([
    ['a terminal', 90, {}, [true, true, 90]],
    ['a pipe', undefined, {}, [false, false, Infinity]],
    ['NO_COLOR', 90, { NO_COLOR: '1' }, [false, true, 90]],
    ['an empty NO_COLOR, which counts for nothing', 90, { NO_COLOR: '' }, [true, true, 90]],
    ['FORCE_COLOR in a pipe', undefined, { FORCE_COLOR: '1' }, [true, false, Infinity]],
    ['FORCE_COLOR=0', 90, { FORCE_COLOR: '0' }, [false, true, 90]],
    ['both', undefined, { FORCE_COLOR: '1', NO_COLOR: '1' }, [false, false, Infinity]],
    ['a dumb terminal', 90, { TERM: 'dumb' }, [false, false, 90]],
    ['CI', 90, { CI: 'true' }, [true, false, 90]],
    ['a terminal that does not know its width', 0, {}, [true, true, 80]],
  ])('knows %s', (_, columns, environment, want) => {
    expect(looks(columns, environment)).toEqual(want);
  });
});

describe('printable()', () => {
  test('shows control characters instead of doing what they say', () => {
    expect(printable('a\u001b[31mb\n\u202eé名')).toBe('a\\u001b[31mb\\u000a\\u202eé名');
  });
});
