/** What a binary operator is, and how tightly it binds: larger is tighter. */
interface OperatorKind {
  readonly kind: 'arithmetic' | 'comparison' | 'set';
  readonly precedence: number;
}

const OPERATORS = {
  or: { kind: 'set', precedence: 1 },
  and: { kind: 'set', precedence: 2 },
  unless: { kind: 'set', precedence: 2 },
  '==': { kind: 'comparison', precedence: 3 },
  '!=': { kind: 'comparison', precedence: 3 },
  '<=': { kind: 'comparison', precedence: 3 },
  '<': { kind: 'comparison', precedence: 3 },
  '>=': { kind: 'comparison', precedence: 3 },
  '>': { kind: 'comparison', precedence: 3 },
  '+': { kind: 'arithmetic', precedence: 4 },
  '-': { kind: 'arithmetic', precedence: 4 },
  '*': { kind: 'arithmetic', precedence: 5 },
  '/': { kind: 'arithmetic', precedence: 5 },
  '%': { kind: 'arithmetic', precedence: 5 },
  atan2: { kind: 'arithmetic', precedence: 5 },
  '^': { kind: 'arithmetic', precedence: 6 },
} as const satisfies Record<string, OperatorKind>;

export type BinaryOperator = keyof typeof OPERATORS;

/** The one operator that binds to the right: `2 ^ 3 ^ 2` is `2 ^ (3 ^ 2)`. */
export const POWER: BinaryOperator = '^';

export function isBinaryOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(OPERATORS, text);
}

export function precedenceOf(operator: BinaryOperator): number {
  return OPERATORS[operator].precedence;
}

export function isComparison(operator: BinaryOperator): boolean {
  return OPERATORS[operator].kind === 'comparison';
}

export function isSetOperator(operator: BinaryOperator): operator is 'and' | 'or' | 'unless' {
  return OPERATORS[operator].kind === 'set';
}

/** What an aggregation's parameter must be, if it has one. */
export const AGGREGATIONS = {
  sum: {},
  avg: {},
  min: {},
  max: {},
  count: {},
  group: {},
  stddev: {},
  stdvar: {},
  quantile: { parameter: 'scalar' },
  topk: { parameter: 'scalar' },
  bottomk: { parameter: 'scalar' },
  count_values: { parameter: 'string' },
  limitk: { parameter: 'scalar', experimental: true },
  limit_ratio: { parameter: 'scalar', experimental: true },
} as const satisfies Record<string, { parameter?: 'scalar' | 'string'; experimental?: true }>;

export type AggregationOperator = keyof typeof AGGREGATIONS;
