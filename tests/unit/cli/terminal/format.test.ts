import { describe, expect, test } from '@jest/globals';
import {
  amountText,
  bytesText,
  countText,
  dollarsText,
  plural,
  secondsText,
} from '../../../../connector/cli/terminal/format.ts';

describe('numbers for people', () => {
  test.each<[string, string]>([
    [countText(1_204_331), '1,204,331'],
    [bytesText(0), '0 B'],
    [bytesText(999), '999 B'],
    [bytesText(999_999), '1 MB'],
    [bytesText(1_234_567_890), '1.2 GB'],
    [bytesText(123_456_789_012), '123 GB'],
    [amountText(999_999), '999,999'],
    [amountText(7_776_000), '7.8 million'],
    [amountText(2.5e9), '2.5 billion'],
    [secondsText(0.2), '< 1 s'],
    [secondsText(59.6), '60 s'],
    [secondsText(333), '6 min'],
    [secondsText(7200), '2 h'],
    [secondsText(11_520), '3.2 h'],
    [secondsText(216_000), '2.5 days'],
    [dollarsText(0), '$0'],
    [dollarsText(0.004), '< $0.01'],
    [dollarsText(0.125), '$0.13'],
    [dollarsText(1036.4), '$1,036'],
    [plural(1, 'table'), '1 table'],
    [plural(1200, 'table'), '1,200 tables'],
  ])('%s', (got, want) => {
    expect(got).toBe(want);
  });
});
