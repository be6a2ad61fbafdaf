import { describe, expect, test } from 'vitest';
import { compareLabels, LabelSet } from './label-set.ts';
import { Matcher } from './matcher.ts';
import { compilePattern } from './pattern.ts';

describe('label sets', () => {
  test('no two different sets have the same key, whatever characters they hold', () => {
    const sets: Record<string, string>[] = [
      { a: '1', b: '2' },
      { a: '12' },
      { a: '1b', '2': '' },
      { a: '11:b12' },
      { a: '1:1', b: '2' },
      { ab: '1' },
    ];
    const keys = sets.map((labels) => LabelSet.from(labels).key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('the order of naming does not matter, and an empty value is no label', () => {
    expect(LabelSet.from({ b: '2', a: '1', c: '' }).key).toBe(LabelSet.from({ a: '1', b: '2' }).key);
    expect(LabelSet.from({ a: '1' }).with('a', '').names).toEqual([]);
  });

  test('they sort by bytes, code points above the basic plane last', () => {
    const sorted = ['b', 'B', '\uffee', '😀', 'a', 'aa']
      .map((value) => LabelSet.from({ x: value }))
      .sort(compareLabels)
      .map((labels) => labels.get('x'));
    expect(sorted).toEqual(['B', 'a', 'aa', 'b', '\uffee', '😀']);
  });

  test('they are written as selectors', () => {
    expect(String(LabelSet.from({ __name__: 'up', job: 'a"b' }))).toBe('up{job="a\\"b"}');
    expect(String(LabelSet.from({ __name__: 'up' }))).toBe('up');
    expect(String(LabelSet.empty)).toBe('{}');
  });
});

describe('matchers', () => {
  test('a pattern must match from end to end, and a missing label is empty', () => {
    expect(new Matcher('code', '=~', '5..').matches('503')).toBe(true);
    expect(new Matcher('code', '=~', '5').matches('503')).toBe(false);
    expect(new Matcher('code', '!~', '5..').matches('')).toBe(true);
    expect(new Matcher('code', '!=', '').matches('')).toBe(false);
  });

  test('a line break is matched by a dot in Prometheus 3 only', () => {
    expect(new Matcher('x', '=~', 'a.b', true).matches('a\nb')).toBe(true);
    expect(new Matcher('x', '=~', 'a.b', false).matches('a\nb')).toBe(false);
  });

  test('a pattern that would take forever elsewhere takes no time', () => {
    const started = performance.now();
    expect(new Matcher('x', '=~', '(a+)+b').matches('a'.repeat(5000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('alternatives of plain text are what they say', () => {
    const pattern = compilePattern('api|web|', true);
    expect(['api', 'web', '', 'apiweb', 'db'].map((value) => pattern.matches(value))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
