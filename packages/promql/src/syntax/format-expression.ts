import { compareText } from '../labels/compare.ts';
import { METRIC_NAME } from '../labels/label-set.ts';
import type {
  Aggregation,
  BinaryExpression,
  Call,
  Expression,
  MatrixSelector,
  Subquery,
  TimeShift,
  UnaryExpression,
  VectorSelector,
} from './ast.ts';
import { formatDuration } from './duration.ts';
import type { Duration } from './duration-formula.ts';
import { formatNumber } from './format-number.ts';
import { quote } from './quote.ts';

/** What is longer goes over several lines. */
const LINE = 100;
const INDENT = '  ';

const PLAIN_LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PLAIN_METRIC = /^[A-Za-z_:][A-Za-z0-9_:]*$/;

/**
 * An expression as Prometheus writes it: on one line where it fits into 100 characters, else its parts below each other.
 * Parsed again it is the same expression. Comments are lost.
 *
 * @example
 * formatExpression(parseExpression('sum(rate(x[5m]))by(route)').root); // sum by (route) (rate(x[5m]))
 */
export function formatExpression(expression: Expression): string {
  return pretty(expression, 0);
}

function pretty(expression: Expression, level: number): string {
  const indent = INDENT.repeat(level);
  const line = oneLine(expression);
  if (line.length <= LINE) return indent + line;
  const inside = (parts: readonly Expression[]) => parts.map((part) => pretty(part, level + 1)).join(',\n');
  switch (expression.kind) {
    case 'aggregation': {
      const { operand, parameter } = expression;
      const parts = parameter === undefined ? [operand] : [parameter, operand];
      return `${indent}${aggregationHead(expression)}(\n${inside(parts)}\n${indent})`;
    }
    case 'call':
      return `${indent}${expression.name}(\n${inside(expression.args)}\n${indent})`;
    case 'parentheses':
      return `${indent}(\n${pretty(expression.inner, level + 1)}\n${indent})`;
    case 'binary': {
      const { left, right } = expression;
      return `${pretty(left, level + 1)}\n${indent}${operatorOf(expression)}\n${pretty(right, level + 1)}`;
    }
    case 'subquery':
      return pretty(expression.expression, level) + subquerySuffix(expression);
    case 'unary':
      return indent + expression.operator + pretty(expression.operand, level).trimStart();
    default:
      return indent + line;
  }
}

function oneLine(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return formatNumber(expression.value);
    case 'string':
      return quote(expression.text);
    case 'selector':
      return selectorText(expression) + shiftText(expression.shift) + edges(expression);
    case 'range':
      return rangeText(expression);
    case 'subquery':
      return oneLine(expression.expression) + subquerySuffix(expression);
    case 'call':
      return callText(expression);
    case 'aggregation': {
      const { parameter, operand } = expression;
      const before = parameter === undefined ? '' : `${oneLine(parameter)}, `;
      return `${aggregationHead(expression)}(${before}${oneLine(operand)})`;
    }
    case 'binary':
      return `${oneLine(expression.left)} ${operatorOf(expression)} ${oneLine(expression.right)}`;
    case 'unary':
      return unaryText(expression);
    case 'parentheses':
      return `(${oneLine(expression.inner)})`;
  }
}

function callText({ name, args }: Call): string {
  return `${name}(${args.map(oneLine).join(', ')})`;
}

function unaryText(expression: UnaryExpression): string {
  const value = signedNumber(expression);
  return value === undefined ? expression.operator + oneLine(expression.operand) : formatNumber(value);
}

/** The value of a number with its signs, if it is one. */
function signedNumber(expression: Expression): number | undefined {
  if (expression.kind === 'number') return expression.value;
  if (expression.kind !== 'unary') return undefined;
  const value = signedNumber(expression.operand);
  return value !== undefined && expression.operator === '-' ? -value : value;
}

function selectorText({ name, matchers }: VectorSelector): string {
  const plain = name !== undefined && PLAIN_METRIC.test(name);
  const conditions = matchers
    .filter((matcher) => name === undefined || matcher.name !== METRIC_NAME)
    .map((matcher) => `${labelText(matcher.name)}${matcher.operator}${quote(matcher.value)}`)
    .sort(compareText);
  if (plain) return conditions.length === 0 ? name : `${name}{${conditions.join(',')}}`;
  return `{${[...(name === undefined ? [] : [quote(name)]), ...conditions].join(',')}}`;
}

function rangeText({ selector, range }: MatrixSelector): string {
  return `${selectorText(selector)}[${durationText(range)}]${shiftText(selector.shift)}${edges(selector)}`;
}

function edges({ edges: modifier }: VectorSelector): string {
  return modifier === undefined ? '' : ` ${modifier}`;
}

function subquerySuffix({ range, step, shift }: Subquery): string {
  return `[${durationText(range)}:${step === undefined ? '' : durationText(step)}]${shiftText(shift)}`;
}

function shiftText({ offset, at }: TimeShift): string {
  const fixed = at === undefined ? '' : ` @ ${typeof at === 'number' ? (at / 1000).toFixed(3) : `${at}()`}`;
  return offset === 0 ? fixed : `${fixed} offset ${durationText(offset)}`;
}

function durationText(duration: Duration): string {
  if (typeof duration === 'number') return formatDuration(duration);
  const { operator, operands } = duration;
  const parts = operands.map(durationText);
  if (operator === 'negate') return `-(${parts[0]})`;
  const isFunction = operator === 'step' || operator === 'range' || operator === 'min_of' || operator === 'max_of';
  return isFunction ? `${operator.replace('_of', '')}(${parts.join(', ')})` : `(${parts.join(` ${operator} `)})`;
}

function aggregationHead({ operator, grouping, without }: Aggregation): string {
  const labels = `(${grouping.map(labelText).join(', ')})`;
  if (without) return `${operator} without ${labels} `;
  return grouping.length === 0 ? operator : `${operator} by ${labels} `;
}

function operatorOf({ operator, bool, matching }: BinaryExpression): string {
  const { on, labels, cardinality, include, fill } = matching;
  const group = { 'many-to-one': 'group_left', 'one-to-many': 'group_right' }[cardinality as string];
  let text = bool ? `${operator} bool` : operator;
  if (on || labels.length > 0 || group !== undefined) {
    text += ` ${on ? 'on' : 'ignoring'} (${labels.map(labelText).join(', ')})`;
  }
  if (group !== undefined) text += ` ${group} (${include.map(labelText).join(', ')})`;
  if (fill.left !== undefined && Object.is(fill.left, fill.right)) return `${text} fill (${formatNumber(fill.left)})`;
  if (fill.left !== undefined) text += ` fill_left (${formatNumber(fill.left)})`;
  return fill.right === undefined ? text : `${text} fill_right (${formatNumber(fill.right)})`;
}

function labelText(name: string): string {
  return PLAIN_LABEL.test(name) ? name : quote(name);
}
