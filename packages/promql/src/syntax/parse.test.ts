import { describe, expect, test } from 'vitest';
import { PROMETHEUS_2 } from '../dialect.ts';
import { ParseError } from '../errors.ts';
import type { Expression } from './ast.ts';
import { parseExpression } from './parse.ts';

/** The tree with brackets round every operation. */
function write(node: Expression): string {
  switch (node.kind) {
    case 'number':
      return String(node.value);
    case 'string':
      return JSON.stringify(node.text);
    case 'selector':
      return `${node.name ?? '{}'}${node.shift.offset === 0 ? '' : `~${node.shift.offset}`}${node.shift.at === undefined ? '' : `@${node.shift.at}`}`;
    case 'range':
      return `${write(node.selector)}[${node.range}]`;
    case 'subquery':
      return `${write(node.expression)}[${node.range}:${node.step ?? ''}]`;
    case 'call':
      return `${node.name}(${node.args.map(write).join(', ')})`;
    case 'aggregation':
      return `${node.operator} ${node.without ? 'without' : 'by'} (${node.grouping}) (${write(node.operand)})`;
    case 'binary':
      return `(${write(node.left)} ${node.operator} ${write(node.right)})`;
    case 'unary':
      return `(${node.operator}${write(node.operand)})`;
    case 'parentheses':
      return write(node.inner);
  }
}

const tree = (text: string) => write(parseExpression(text, { experimental: true }).root);

function reasonOf(text: string, options = {}): string {
  try {
    parseExpression(text, options);
  } catch (error) {
    if (error instanceof ParseError) return error.detail.replace(' parse error:', '');
    throw error;
  }
  return 'accepted';
}

describe('precedence', () => {
  test.each([
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 * 2 + 3', '((1 * 2) + 3)'],
    ['2 ^ 3 ^ 2', '(2 ^ (3 ^ 2))'],
    ['-2 ^ 2', '(-(2 ^ 2))'],
    ['2 ^ -1 ^ 2', '(2 ^ (-(1 ^ 2)))'],
    ['2 ^ -1 * 3', '((2 ^ (-1)) * 3)'],
    ['-a * b', '((-a) * b)'],
    ['- - 1', '(-(-1))'],
    ['a - 1', '(a - 1)'],
    ['a -1', '(a - 1)'],
    ['a or b and c unless d', '(a or ((b and c) unless d))'],
    ['a == b != c', '((a == b) != c)'],
    ['a > b + c atan2 d', '(a > (b + (c atan2 d)))'],
    ['(a + b) * c', '((a + b) * c)'],
  ])('%s is %s', (text, expected) => expect(tree(text)).toBe(expected));

  test.each([
    ['a + b offset 5m * c', '(a + (b~300000 * c))'],
    ['-a offset 5m', '(-a~300000)'],
    ['a ^ b @ 5', '(a ^ b@5000)'],
    ['a / b[5m:1m]', undefined],
    ['rate(a[5m]) + max_over_time((b)[1h:])', '(rate(a[300000]) + max_over_time(b[3600000:]))'],
    ['a offset 1m @ end()', 'a~60000@end'],
    ['a @ start() offset -1m', 'a~-60000@start'],
  ])('a suffix belongs to the operand before it: %s', (text, expected) => {
    if (expected === undefined) expect(reasonOf(text)).toMatch(/must contain only scalar and instant vector types/);
    else expect(tree(text)).toBe(expected);
  });
});

describe('forms of the language', () => {
  test('keywords and aggregations are read in any case, before or after their operand', () => {
    expect(tree('SUM BY (job) (a)')).toBe('sum by (job) (a)');
    expect(tree('sum(a) WITHOUT (job,)')).toBe('sum without (job) (a)');
    expect(tree('a AND b')).toBe('(a and b)');
    expect(tree('inf + NaN')).toBe('(Infinity + NaN)');
  });

  test('words of the language are names too, where a name belongs', () => {
    expect(tree('sum + rate{job="a"} + by')).toBe('((sum + rate) + by)');
    expect(tree('sum by (on, bool, by) (offset_total)')).toBe('sum by (on,bool,by) (offset_total)');
  });

  test('a metric may be named in quotes, with any characters', () => {
    const { root } = parseExpression('{"a.b", "label with space"="x"}');
    expect(root.kind === 'selector' && root.matchers.map(String)).toEqual(['label with space="x"', '__name__="a.b"']);
    expect(reasonOf('{"a.b"}', { dialect: PROMETHEUS_2 })).toBe('1:2: unexpected string "a.b" where a name belongs');
  });

  test('matching clauses are kept', () => {
    const { root } = parseExpression('a / on (x, y) group_left (z) b');
    expect(root.kind === 'binary' && root.matching).toEqual({
      on: true,
      labels: ['x', 'y'],
      cardinality: 'many-to-one',
      include: ['z'],
      fill: {},
    });
  });

  test('comments and line breaks are skipped', () => {
    expect(tree('a # first\n + # second\n b')).toBe('(a + b)');
  });

  test('numbers and durations stand for each other in Prometheus 3 only', () => {
    expect(tree('a[300]')).toBe('a[300000]');
    expect(tree('5m')).toBe('300');
    expect(reasonOf('a[300]', { dialect: PROMETHEUS_2 })).toMatch(/^1:3: unexpected number "300" in duration/);
    expect(reasonOf('5m', { dialect: PROMETHEUS_2 })).toMatch(/^1:1: unexpected duration "5m"/);
  });

  test('types are known', () => {
    const typeOf = (text: string) => parseExpression(text).root.type;
    expect(['1', 'time()', 'scalar(a)', '1 + 2', '-(1)'].map(typeOf)).toEqual(Array(5).fill('scalar'));
    expect(['a', 'a + 1', 'rate(a[5m])', 'sum(a)', '(a)', 'hour()'].map(typeOf)).toEqual(Array(6).fill('vector'));
    expect(['a[5m]', 'a[5m:]', '(a[5m])'].map(typeOf)).toEqual(Array(3).fill('matrix'));
    expect(typeOf('"text"')).toBe('string');
  });
});

describe('errors', () => {
  test.each([
    ['', '1:1: no expression found in input'],
    ['# nothing', '1:1: no expression found in input'],
    ['sum(a', '1:6: unexpected end of input in arguments'],
    ['a[5m', '1:5: unexpected end of input in range'],
    ['a +\n  )', '2:3: unexpected ")" in binary expression'],
    ['a b', '1:3: unexpected "b"'],
    ['unknown(a)', '1:1: unknown function with name "unknown"'],
    ['"open', '1:1: unterminated quoted string'],
    ['"\\q"', '1:1: unknown escape \\q'],
    ['rate(a)', '1:6: expected type range vector in call to function "rate", got instant vector'],
    ['abs(a[5m])', '1:5: expected type instant vector in call to function "abs", got range vector'],
    ['sum(1)', '1:5: expected type instant vector in aggregation expression, got scalar'],
    ['topk("2", a)', '1:6: expected type scalar in aggregation parameter, got string'],
    ['rate(sum(a)[5m])', '1:12: ranges only allowed for vector selectors'],
    ['1[5m:1m]', '1:1: subquery is only allowed on instant vector, got scalar instead'],
    ['-"a"', '1:1: unary expression only allowed on expressions of type scalar or instant vector, got "string"'],
    ['1 > 2', '1:3: comparisons between scalars must use BOOL modifier'],
    ['a + bool b', '1:3: bool modifier can only be used on comparison operators'],
    ['a and 1', '1:1: set operator "and" not allowed in binary scalar expression'],
    ['a and on (x) group_left b', '1:1: no grouping allowed for "and" operation'],
    ['a + on (x) group_left (x) b', '1:3: label "x" must not occur in ON and GROUP clause at once'],
    ['a + on (x) 1', '1:1: vector matching only allowed between instant vectors'],
    ['a[5m] + 1', '1:1: binary expression must contain only scalar and instant vector types'],
    ['{}', '1:1: vector selector must contain at least one non-empty matcher'],
    ['a{__name__="b"}', '1:1: metric name must not be set twice: "a" or "b"'],
    ['a offset 1m offset 2m', '1:1: offset may not be set multiple times'],
    ['a @ 1 @ 2', '1:1: @ <timestamp> may not be set multiple times'],
    [
      'sum(a) offset 1m',
      '1:1: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
    ],
    ['a offset 1m[5m]', '1:12: no offset modifiers allowed before range'],
    ['a[0s]', '1:3: duration must be greater than 0'],
    ['1e400', '1:1: number out of range: "1e400"'],
    ['a > -1e309', '1:6: number out of range: "1e309"'],
    ['round(a, 1, 2)', '1:1: expected at most 2 argument(s) in call to "round", got 3'],
    ['abs()', '1:1: expected 1 argument(s) in call to "abs", got 0'],
    ['label_join(a, "x")', '1:1: expected at least 3 argument(s) in call to "label_join", got 2'],
  ])('%s: %s', (text, expected) => expect(reasonOf(text)).toBe(expected));

  test('a bad regular expression is told from a good one as RE2 tells them', () => {
    expect(reasonOf('a{b=~"("}')).toMatch(/^1:3: /);
    expect(reasonOf('a{b=~"(?<=x)y"}')).toMatch(/^1:3: /);
    expect(reasonOf('a{b=~"(?i:x)[[:alpha:]]\\\\pL"}')).toBe('accepted');
  });

  test('native histograms are refused by name', () => {
    expect(reasonOf('histogram_count(a)')).toMatch(/works on native histograms, which are not supported/);
    expect(reasonOf('a </ 5')).toMatch(/works on native histograms, which are not supported/);
  });

  test('what Prometheus keeps behind feature flags needs the option experimental', () => {
    for (const text of [
      'mad_over_time(a[5m])',
      'limitk(1, a)',
      'a + fill(0) b',
      'a[5m + 1m]',
      'rate(a[5m] anchored)',
    ]) {
      expect(reasonOf(text)).toMatch(/is experimental; allow it with the option experimental/);
      expect(reasonOf(text, { experimental: true })).toBe('accepted');
    }
  });

  test('a text that would exhaust the stack is refused', () => {
    expect(reasonOf('('.repeat(100_000))).toMatch(/nested more than 500 deep/);
    expect(reasonOf(`${'1+'.repeat(40_000)}1`)).toMatch(/more than 1000 operators/);
    expect(reasonOf('-'.repeat(60_000))).toMatch(/more than 1000 operators/);
    expect(reasonOf(`${'1 ^ '.repeat(1000)}1`)).toBe('accepted');
    expect(reasonOf(`a{b=~"${'x+|'.repeat(5000)}y"}`)).toBe('accepted');
    expect(reasonOf(' '.repeat(200_000))).toMatch(/the most is 100000/);
  });

  test('the error carries position and type for callers', () => {
    const error = (() => {
      try {
        return parseExpression('a +\n\n   rate(b)');
      } catch (thrown) {
        return thrown as ParseError;
      }
    })() as ParseError;
    expect(error.position).toEqual({ line: 3, column: 9, offset: 13 });
    expect(error.errorType).toBe('bad_data');
    expect(error.message).toMatch(/^\[telltale\] \[promql\] 3:9: parse error: expected type range vector/);
  });
});
