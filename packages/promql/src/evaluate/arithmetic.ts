import type { BinaryOperator } from '../syntax/operators.ts';

type Operation = (left: number, right: number) => number;

/** What each operator computes; comparisons give 1 where they hold and 0 where they do not. */
const OPERATIONS: Record<Exclude<BinaryOperator, 'and' | 'or' | 'unless'>, Operation> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': power,
  atan2: Math.atan2,
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
};

export function operationOf(operator: BinaryOperator): Operation {
  if (operator === 'and' || operator === 'or' || operator === 'unless') {
    throw new TypeError(`"${operator}" computes no number`);
  }
  return OPERATIONS[operator];
}

/** IEEE 754's power, in which 1 to any power, and -1 to an infinite one, is 1; JavaScript's gives NaN. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}
