import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';
import { parseFloatLabel, parseNumber, plainDecimal } from './number.ts';
import { unquote } from './quoted.ts';

describe('numbers', () => {
  test.each([
    ['1', 1],
    ['-1.5', -1.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E-3', 0.001],
    ['0x1F', 31],
    ['0X1f', 31],
    ['010', 8],
    ['08', 8],
    ['1_000', 1000],
    ['Inf', Infinity],
    ['-inf', -Infinity],
    ['nAn', Number.NaN],
  ])('%s is %d', (text, value) => expect(parseNumber(text)).toBe(value));

  test('what is not a number has no value', () => {
    for (const text of ['', 'x', '1x', '--1', '1.2.3', '5m']) expect(parseNumber(text)).toBeUndefined();
  });

  test('bounds of buckets are read as Go reads them', () => {
    expect(['+Inf', 'inf', '0.5', '1e2', '-3'].map(parseFloatLabel)).toEqual([Infinity, Infinity, 0.5, 100, -3]);
    expect(['', 'wide', '1 ', '0.5s'].map(parseFloatLabel)).toEqual(Array(4).fill(undefined));
  });

  test('numbers in labels have no exponent', () => {
    expect([1e21, 1.5e-7, -2e-9, 1e300, 0.1, -0, Infinity, -Infinity, Number.NaN].map(plainDecimal)).toEqual([
      '1000000000000000000000',
      '0.00000015',
      '-0.000000002',
      `1${'0'.repeat(300)}`,
      '0.1',
      '-0',
      '+Inf',
      '-Inf',
      'NaN',
    ]);
  });
});

describe('durations', () => {
  test('units add up from large to small', () => {
    expect(parseDuration('1h30m')).toBe(5_400_000);
    expect(parseDuration('1y2w3d4h5m6s7ms')).toBe(((365 + 14 + 3) * 24 + 4) * 3_600_000 + 306_007);
    expect(parseDuration('500ms')).toBe(500);
  });

  test('other orders, units and repetitions are none', () => {
    for (const text of ['', '5', 'm', '1m1h', '1h1h', '1.5h', '5M', '-5m']) expect(parseDuration(text)).toBeUndefined();
  });

  test('they are written in the largest units', () => {
    expect([5_400_000, 300_000, 0, 61_001, -15_000, 7 * 86_400_000].map(formatDuration)).toEqual([
      '1h30m',
      '5m',
      '0s',
      '1m1s1ms',
      '-15s',
      '1w',
    ]);
  });
});

describe('strings', () => {
  test.each([
    ['"a\\tb\\n\\\\ \\""', 'a\tb\n\\ "'],
    ["'it\\'s'", "it's"],
    ['"\\x41\\101\\u00e9\\U0001F600"', 'AAé😀'],
    ['"\\xe2\\x82\\xac"', '€'],
    ['`raw \\n "text"`', 'raw \\n "text"'],
    ['"ünïcode 😀"', 'ünïcode 😀'],
  ])('%s', (quoted, text) => expect(unquote(quoted)).toBe(text));

  test.each(['"open', '"\\q"', '"\\x4"', '"\\400"', '"\\ud800"', '"line\nbreak"'])('%j is refused', (quoted) =>
    expect(() => unquote(quoted)).toThrow(SyntaxError),
  );
});
