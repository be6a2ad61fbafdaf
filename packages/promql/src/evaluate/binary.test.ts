import { describe, expect, test } from 'vitest';
import { at, given, over } from '../../../../test/promql/given.ts';
import { PROMETHEUS_2 } from '../dialect.ts';

describe('arithmetic and comparison', () => {
  const source = given({ 'a{n="1"}': [1], 'a{n="2"}': [2], 'b{n="1"}': [10], 'b{n="3"}': [30], 'z{n="1"}': [0] });

  test('numbers follow IEEE 754', async () => {
    expect(await at(0, source, '7 % -3')).toBe(1);
    expect(await at(0, source, '-7 % 3')).toBe(-1);
    expect(await at(0, source, '1 / 0')).toBe(Infinity);
    expect(await at(0, source, '1 ^ NaN')).toBe(1);
    expect(await at(0, source, '(-1) ^ Inf')).toBe(1);
    expect(await at(0, source, '3 > bool 2')).toBe(1);
  });

  test('a result that is no longer the metric loses its name; a filter keeps it', async () => {
    expect(await at(0, source, 'a * 2')).toEqual({ '{n="1"}': 2, '{n="2"}': 4 });
    expect(await at(0, source, 'a > 1')).toEqual({ 'a{n="2"}': 2 });
    expect(await at(0, source, '1 < a')).toEqual({ 'a{n="2"}': 2 });
    expect(await at(0, source, 'a > bool 1')).toEqual({ '{n="1"}': 0, '{n="2"}': 1 });
    expect(await at(0, source, '-a')).toEqual({ '{n="1"}': -1, '{n="2"}': -2 });
    expect(await at(0, source, 'a atan2 0')).toEqual({ '{n="1"}': Math.PI / 2, '{n="2"}': Math.PI / 2 });
    expect(await at(0, source, 'a atan2 0', { dialect: PROMETHEUS_2 })).toHaveProperty('a{n="1"}');
  });

  test('elements meet by their labels', async () => {
    expect(await at(0, source, 'a + b')).toEqual({ '{n="1"}': 11 });
    expect(await at(0, source, 'a < b')).toEqual({ 'a{n="1"}': 1 });
    expect(await at(0, source, 'b > bool a')).toEqual({ '{n="1"}': 1 });
    expect(await at(0, source, 'a / z')).toEqual({ '{n="1"}': Infinity });
  });
});

describe('matching', () => {
  const source = given({
    'requests{method="GET",code="200"}': [90],
    'requests{method="GET",code="500"}': [10],
    'requests{method="POST",code="200"}': [5],
    'limits{method="GET",owner="x"}': [100],
    'limits{method="PUT",owner="y"}': [7],
  });

  test('many may meet one where group_left says so, with labels of the one', async () => {
    expect(await at(0, source, 'requests / on (method) group_left (owner) limits')).toEqual({
      '{code="200",method="GET",owner="x"}': 0.9,
      '{code="500",method="GET",owner="x"}': 0.1,
    });
    expect(await at(0, source, 'limits - on (method) group_right requests')).toEqual({
      '{code="200",method="GET"}': 10,
      '{code="500",method="GET"}': 90,
    });
  });

  test('what is ambiguous is an error that names the series', async () => {
    await expect(at(0, source, 'limits / on (method) requests')).rejects.toThrow(
      /found duplicate series for the match group \{method="GET"\} on the right hand-side.*requests\{code="500", method="GET"\}/,
    );
    await expect(at(0, source, 'requests / on (method) limits')).rejects.toThrow(
      /multiple matches for labels: many-to-one matching must be explicit/,
    );
  });

  test('a match that a comparison drops still counts in Prometheus 3', async () => {
    const expression = 'requests > on (method) (limits - 50)';
    await expect(at(0, source, expression)).rejects.toThrow(/multiple matches/);
    expect(await at(0, source, expression, { dialect: PROMETHEUS_2 })).toEqual({ '{method="GET"}': 90 });
  });

  test('fill gives a missing partner a value', async () => {
    expect(await at(0, source, 'sum by (method) (requests) + fill(0) sum by (method) (limits)')).toEqual({
      '{method="GET"}': 200,
      '{method="POST"}': 5,
      '{method="PUT"}': 7,
    });
    expect(await at(0, source, 'sum by (method) (requests) + fill_right(1) sum by (method) (limits)')).toEqual({
      '{method="GET"}': 200,
      '{method="POST"}': 6,
    });
  });

  test('series that take turns become one, and two at once are an error', async () => {
    const turns = given({
      'a{x="1"}': [1, 'stale', 3],
      'a{x="2"}': [null, 2, 'stale'],
      'b{x="1"}': [1],
      'c{x="1"}': [1],
    });
    expect(await over([0, 2], turns, 'sum without (x) (a)')).toEqual({ '{}': [1, 2, 3] });
    expect(await over([0, 2], turns, 'label_replace(a, "x", "", "x", ".*")')).toEqual({ 'a{}': [1, 2, 3] });
    await expect(at(0, turns, '{__name__=~"b|c"} * 2')).rejects.toThrow(
      /vector cannot contain metrics with the same labelset: \{x="1"\}/,
    );
  });
});

describe('set operators', () => {
  const source = given({
    'a{n="1"}': [1, 'stale', 3],
    'a{n="2"}': [2, 2, 2],
    'b{n="1"}': [10, 10, 10],
    'b{n="3"}': [30, 30, 30],
  });

  test('choose elements at each step by whether the other side has a match', async () => {
    expect(await over([0, 2], source, 'a and b')).toEqual({ 'a{n="1"}': [1, null, 3] });
    expect(await over([0, 2], source, 'a unless b')).toEqual({ 'a{n="2"}': [2, 2, 2] });
    expect(await over([0, 2], source, 'b and a')).toEqual({ 'b{n="1"}': [10, null, 10] });
    expect(await over([0, 2], source, 'a or b')).toEqual({
      'a{n="1"}': [1, null, 3],
      'a{n="2"}': [2, 2, 2],
      'b{n="1"}': [null, 10, null],
      'b{n="3"}': [30, 30, 30],
    });
  });

  test('match by the labels that they are told', async () => {
    expect(await at(0, source, 'a and on () b{n="3"}')).toEqual({ 'a{n="1"}': 1, 'a{n="2"}': 2 });
    expect(await at(0, source, 'a or on () b')).toEqual({ 'a{n="1"}': 1, 'a{n="2"}': 2 });
    expect(await at(0, source, 'a unless ignoring (n) b')).toEqual({});
  });
});
