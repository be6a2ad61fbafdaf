import type { BinaryOperator } from './operators.ts';

/** Milliseconds, or a formula that depends on the query. */
export type Duration = number | DurationFormula;

/** Prometheus's experimental arithmetic on durations, such as `step() * 2`. Numbers in it are milliseconds. */
export interface DurationFormula {
  readonly operator: BinaryOperator | 'step' | 'range' | 'min_of' | 'max_of' | 'negate';
  readonly operands: readonly Duration[];
}

/** The parts of a query that a formula may ask for, in milliseconds. */
export interface QueryFrame {
  readonly step: number;
  readonly range: number;
}

/** Milliseconds of a duration within a query. Products and quotients count in seconds, as Prometheus does. */
export function durationMs(duration: Duration, frame: QueryFrame): number {
  return typeof duration === 'number' ? duration : Math.trunc(secondsOf(duration, frame) * 1000);
}

function secondsOf(duration: Duration, frame: QueryFrame): number {
  if (typeof duration === 'number') return duration / 1000;
  const [left = 0, right = 0] = duration.operands.map((operand) => secondsOf(operand, frame));
  switch (duration.operator) {
    case 'step':
      return frame.step / 1000;
    case 'range':
      return frame.range / 1000;
    case 'min_of':
      return Math.min(left, right);
    case 'max_of':
      return Math.max(left, right);
    case 'negate':
      return -left;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
    default:
      return Number.NaN;
  }
}
