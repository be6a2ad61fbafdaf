import { describe, expect, test } from 'vitest';
import { given } from '../../../test/promql/given.ts';
import { BadQueryError } from './errors.ts';
import { formatValue, toApiData } from './format-result.ts';
import * as api from './index.ts';
import { queryInstant, queryRange } from './query.ts';
import { parseExpression } from './syntax/parse.ts';

const source = given({ 'up{job="a"}': [1, 0, 1], 'up{job="b"}': [Infinity, Number.NaN, -0] });

describe('results', () => {
  test('have the shape of Prometheus’s HTTP API', async () => {
    const instant = async (text: string) => toApiData(await queryInstant(text, { source, time: 60_500 }));
    expect(await instant('up{job="a"}')).toEqual({
      resultType: 'vector',
      result: [{ metric: { __name__: 'up', job: 'a' }, value: [60.5, '0'] }],
    });
    expect(await instant('up{job="b"}[5m]')).toEqual({
      resultType: 'matrix',
      result: [
        {
          metric: { __name__: 'up', job: 'b' },
          values: [
            [0, '+Inf'],
            [60, 'NaN'],
          ],
        },
      ],
    });
    expect(await instant('-1 / 0')).toEqual({ resultType: 'scalar', result: [60.5, '-Inf'] });
    expect(await instant('"text"')).toEqual({ resultType: 'string', result: [60.5, 'text'] });
  });

  test('of a range query are sorted by labels, gaps left out', async () => {
    const range = { source, start: 0, end: 120_000, stepMs: 60_000 };
    expect(toApiData(await queryRange('up == 1', range)).result).toEqual([
      {
        metric: { __name__: 'up', job: 'a' },
        values: [
          [0, '1'],
          [120, '1'],
        ],
      },
    ]);
    expect(toApiData(await queryRange('2', range)).result).toEqual([
      {
        metric: {},
        values: [
          [0, '2'],
          [60, '2'],
          [120, '2'],
        ],
      },
    ]);
    const { series } = await queryRange('sort_desc(up)', range);
    expect(series.map(({ metric }) => metric.job)).toEqual(['a', 'b']);
  });

  test('write numbers as Prometheus does', () => {
    expect([0.1, 1e21, 1e-7, 100, -0, Infinity, -Infinity, Number.NaN].map(formatValue)).toEqual([
      '0.1',
      '1e+21',
      '1e-7',
      '100',
      '-0',
      '+Inf',
      '-Inf',
      'NaN',
    ]);
  });
});

describe('questions', () => {
  test('a parsed expression can be asked many times', async () => {
    const parsed = parseExpression('-(up{job="a"} * 2)');
    for (const [time, value] of [
      [0, -2],
      [60_000, -0],
      [0, -2],
    ] as const) {
      expect(await queryInstant(parsed, { source, time })).toMatchObject({ elements: [{ value }] });
    }
  });

  test('that cannot be meant are refused before anything is read', async () => {
    const ask = (change: object, text = 'up') =>
      queryRange(text, { source, start: 0, end: 1000, stepMs: 100, ...change });
    await expect(ask({ stepMs: 0 })).rejects.toThrow('stepMs must be above zero, got 0');
    await expect(ask({ end: -1 })).rejects.toThrow('end must not be before start, got -1 and 0');
    await expect(ask({ start: Number.NaN })).rejects.toThrow('start must be a number of milliseconds, got NaN');
    await expect(ask({}, 'up[5m]')).rejects.toThrow(BadQueryError);
    await expect(ask({}, '"text"')).rejects.toThrow('invalid expression type "string" for range query');
  });
});

test('the package exports what it says', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "AGGREGATIONS",
      "BadQueryError",
      "EvaluationError",
      "FUNCTION_NAMES",
      "Matcher",
      "MemorySource",
      "PROMETHEUS_2",
      "PROMETHEUS_3",
      "ParseError",
      "PromQLError",
      "QueryCanceledError",
      "QueryTimeoutError",
      "QueryUnavailableError",
      "SeriesSourceError",
      "childrenOf",
      "createQueryEngine",
      "documentedType",
      "formatDuration",
      "formatExpression",
      "formatValue",
      "isStale",
      "markStale",
      "parseDuration",
      "parseExpression",
      "parseSelector",
      "queryInstant",
      "queryRange",
      "signatureOf",
      "toApiData",
    ]
  `);
});
