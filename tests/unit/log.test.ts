import { describe, expect, test } from '@jest/globals';
import { createLog, parseLogFormat, parseLogLevel, type LogOptions } from '../../connector/log.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** The lines of a log that is told one thing of each level. */
function linesOf(given: Partial<LogOptions>): string[] {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const clock = new FakeClock(Date.UTC(2026, 7, 21, 10));
  const log = createLog({ write, clock, level: 'info', format: 'json', ...given });
  const shards = log.with({ table: 'orders' }).with({ shard: 's-1' });
  shards.trace('One');
  shards.debug('Two');
  shards.info('Three', { count: 3 });
  shards.warn('Four');
  shards.error('Five', { table: 'other' });
  log.status('Streaming');
  return lines;
}

const ts = '2026-08-21T10:00:00.000Z';

describe('createLog()', () => {
  test('writes JSON lines with the fields of all its parents', () => {
    const fields = '"fields":{"table":"orders","shard":"s-1"';
    expect(linesOf({})).toEqual([
      `{"ts":"${ts}","level":"info","message":"Three",${fields},"count":3}}`,
      `{"ts":"${ts}","level":"warn","message":"Four",${fields}}}`,
      `{"ts":"${ts}","level":"error","message":"Five","fields":{"table":"other","shard":"s-1"}}`,
      `{"ts":"${ts}","level":"info","message":"Streaming","fields":{"eventType":"connectorStatus"}}`,
    ]);
  });

  test.each([
    ['trace', 6],
    ['debug', 5],
    ['info', 4],
    ['warn', 3],
    ['error', 2],
  ] as const)('writes from level %s on, and status events always', (level, count) => {
    expect(linesOf({ level }).length).toBe(count);
  });

  test('writes text for people', () => {
    expect(linesOf({ format: 'text', level: 'error' })).toEqual([
      `${ts} ERROR  Five table="other" shard="s-1"`,
      `${ts} STATUS Streaming`,
    ]);
  });

  test('writes colors for people at a terminal', () => {
    expect(linesOf({ format: 'color', level: 'error' })).toEqual([
      `${ts} \u001b[31mERROR \u001b[0m Five table="other" shard="s-1"`,
      `${ts} \u001b[32mSTATUS\u001b[0m Streaming`,
    ]);
  });
});

describe('parseLogLevel(), parseLogFormat()', () => {
  test.each([
    [undefined, 'info'],
    ['WARNING', 'warn'],
    ['Debug', 'debug'],
    ['fatal', 'error'],
    ['loud', 'info'],
  ])('level %s is %s', (name, want) => {
    expect(parseLogLevel(name)).toBe(want);
  });
  test.each([
    [undefined, 'json'],
    ['TEXT', 'text'],
    ['color', 'color'],
    ['xml', 'json'],
  ])('format %s is %s', (name, want) => {
    expect(parseLogFormat(name)).toBe(want);
  });
});
