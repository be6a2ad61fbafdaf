import { describe, expect, test } from 'vitest';
import { CORPUS } from '../../../../test/promql/corpus.ts';
import { formatExpression } from './format-expression.ts';
import { parseExpression } from './parse.ts';

function formatted(text: string): string {
  return formatExpression(parseExpression(text, { experimental: true }).root);
}

describe('a formatted expression', () => {
  test.each([
    ['sum(rate(x[5m]))by(a,b)', 'sum by (a, b) (rate(x[5m]))'],
    ['sum by () (x)', 'sum(x)'],
    ['sum without()(x)', 'sum without () (x)'],
    ['topk by(a)(3,x)', 'topk by (a) (3, x)'],
    [`x { a = 'b', c=~"d\\\\.e" , }`, 'x{a="b",c=~"d\\\\.e"}'],
    ['{__name__="x"}', '{__name__="x"}'],
    ['{"odd name", "odd label"="x"}', '{"odd name","odd label"="x"}'],
    ['sum by ("odd label") (x)', 'sum by ("odd label") (x)'],
    ['x[5m] offset 90s @ 123.4567', 'x[5m] @ 123.457 offset 1m30s'],
    ['x[8d:] offset -2w', 'x[8d:] offset -2w'],
    ['x[1h:5m] @ end()', 'x[1h:5m] @ end()'],
    ['- x + +x', '-x + +x'],
    ['-1^2 + -inf', '-1 ^ 2 + -Inf'],
    ['1e30 + 0x1f + 1e-10 + 0.00001 + 1.50', '1e+30 + 31 + 1e-10 + 1e-05 + 1.5'],
    ['a > bool on(x) group_left(y) b', 'a > bool on (x) group_left (y) b'],
    ['a * ignoring() group_right b', 'a * ignoring () group_right () b'],
    ['a + ignoring() b', 'a + b'],
    ['a + fill(0) b', 'a + fill (0) b'],
    ['"tab\\t \\x01 \\u00a0 ünï 😀 \\"q\\""', '"tab\\t \\x01 \\u00a0 ünï 😀 \\"q\\""'],
    ['`raw\\n`', '"raw\\\\n"'],
    ['rate(x[5m] anchored) # comment\n + 1', 'rate(x[5m] anchored) + 1'],
  ])('%s', (text, expected) => {
    expect(formatted(text)).toBe(expected);
  });

  test('goes over several lines where one is too short', () => {
    expect(
      formatted(`(sum(rate(${'a'.repeat(60)}[5m])) or vector(0)) / on () group_left sum(rate(${'b'.repeat(40)}[5m]))`),
    ).toBe(
      `  (sum(rate(${'a'.repeat(60)}[5m])) or vector(0))\n/ on () group_left ()\n  sum(rate(${'b'.repeat(40)}[5m]))`,
    );
    expect(formatted(`-topk(3, label_replace(${'c'.repeat(90)}, "a", "b", "c", "d"))`)).toBe(
      `-topk(\n  3,\n  label_replace(\n    ${'c'.repeat(90)},\n    "a",\n    "b",\n    "c",\n    "d"\n  )\n)`,
    );
  });

  test('says the same as what it was made of', () => {
    for (const { expression } of CORPUS) {
      let text: string;
      try {
        text = formatted(expression);
      } catch {
        continue;
      }
      expect(formatted(text), expression).toBe(text);
    }
  });
});
