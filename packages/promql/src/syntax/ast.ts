import type { Matcher } from '../labels/matcher.ts';
import type { Duration } from './duration-formula.ts';
import type { AggregationOperator, BinaryOperator } from './operators.ts';
import type { Span } from './position.ts';
import type { FunctionName } from './signatures.ts';
import type { ValueType } from './value-type.ts';

/** A parsed expression whose types have been checked. Nodes are never changed after parsing. */
export type Expression =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregation
  | BinaryExpression
  | UnaryExpression
  | ParenthesisedExpression;

interface Node {
  readonly span: Span;
  readonly type: ValueType;
}

export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly value: number;
}

export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly text: string;
}

/** Where in time a selector or subquery looks: `offset` and `@`. */
export interface TimeShift {
  readonly offset: Duration;
  /** Milliseconds since 1970, or an end of the query's range. */
  readonly at: number | 'start' | 'end' | undefined;
}

export interface VectorSelector extends Node {
  readonly kind: 'selector';
  /** The metric's name, where one is given; it is among the matchers too. */
  readonly name: string | undefined;
  readonly matchers: readonly Matcher[];
  readonly shift: TimeShift;
  /** Prometheus's experimental modifiers of `rate` and its like. */
  readonly edges: 'anchored' | 'smoothed' | undefined;
}

export interface MatrixSelector extends Node {
  readonly kind: 'range';
  readonly selector: VectorSelector;
  readonly range: Duration;
}

export interface Subquery extends Node {
  readonly kind: 'subquery';
  readonly expression: Expression;
  readonly range: Duration;
  /** Undefined where the query's default applies. */
  readonly step: Duration | undefined;
  readonly shift: TimeShift;
}

export interface Call extends Node {
  readonly kind: 'call';
  readonly name: FunctionName;
  readonly args: readonly Expression[];
}

export interface Aggregation extends Node {
  readonly kind: 'aggregation';
  readonly operator: AggregationOperator;
  readonly grouping: readonly string[];
  readonly without: boolean;
  readonly parameter: Expression | undefined;
  readonly operand: Expression;
}

/** How the series of two vectors find each other. */
export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly cardinality: 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';
  /** Labels taken over from the side that is one. */
  readonly include: readonly string[];
  /** What stands for a missing partner, if anything. */
  readonly fill: { readonly left?: number; readonly right?: number };
}

export interface BinaryExpression extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  /** Whether a comparison gives 0 or 1 rather than filtering. */
  readonly bool: boolean;
  readonly matching: Matching;
}

export interface UnaryExpression extends Node {
  readonly kind: 'unary';
  readonly operator: '+' | '-';
  readonly operand: Expression;
}

export interface ParenthesisedExpression extends Node {
  readonly kind: 'parentheses';
  readonly inner: Expression;
}

/** The expression inside any parentheses. */
export function unwrapped(expression: Expression): Exclude<Expression, ParenthesisedExpression> {
  let inner = expression;
  while (inner.kind === 'parentheses') inner = inner.inner;
  return inner;
}

/** The expressions directly inside one. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return [];
    case 'range':
      return [expression.selector];
    case 'subquery':
      return [expression.expression];
    case 'call':
      return expression.args;
    case 'aggregation':
      return expression.parameter === undefined ? [expression.operand] : [expression.parameter, expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'unary':
      return [expression.operand];
    case 'parentheses':
      return [expression.inner];
  }
}
