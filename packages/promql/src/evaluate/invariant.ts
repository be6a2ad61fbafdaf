import { childrenOf, type Expression } from '../syntax/ast.ts';

/** Functions whose result depends on the moment of evaluation even where their arguments do not. */
const DEPENDS_ON_TIME: ReadonlySet<string> = new Set([
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'hour',
  'minute',
  'month',
  'predict_linear',
  'time',
  'timestamp',
  'year',
]);

const known = new WeakMap<Expression, boolean>();

/**
 * Whether an expression has the same value at every step: all its selectors and subqueries stand still by `@`. Plain
 * numbers do not count, since repeating them is no gain.
 */
export function isStepInvariant(expression: Expression): boolean {
  let invariant = known.get(expression);
  if (invariant === undefined) known.set(expression, (invariant = standsStill(expression) && hasAt(expression)));
  return invariant;
}

function standsStill(expression: Expression): boolean {
  switch (expression.kind) {
    case 'selector':
    case 'subquery':
      return expression.shift.at !== undefined;
    case 'call':
      return !DEPENDS_ON_TIME.has(expression.name) && expression.args.every(standsStill);
    default:
      return childrenOf(expression).every(standsStill);
  }
}

function hasAt(expression: Expression): boolean {
  if ((expression.kind === 'selector' || expression.kind === 'subquery') && expression.shift.at !== undefined)
    return true;
  return childrenOf(expression).some(hasAt);
}
