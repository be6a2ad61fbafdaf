import {
  type Aggregation,
  type Call,
  childrenOf,
  type Expression,
  type Subquery,
  type UnaryExpression,
  type VectorSelector,
} from './ast.ts';
import { checkBinary } from './check-binary.ts';
import { AGGREGATIONS } from './operators.ts';
import type { Reading } from './reading.ts';
import { signatureOf } from './signatures.ts';
import { documentedType, type ValueType } from './value-type.ts';

/** Checks the types of an expression and of all within it, the innermost first. */
export function checkExpression(reading: Reading, expression: Expression): void {
  for (const child of childrenOf(expression)) {
    // The labels that `info` is to add may be any, so its selector may be empty.
    const labelsOfInfo = expression.kind === 'call' && expression.name === 'info' && child === expression.args[1];
    if (!labelsOfInfo) checkExpression(reading, child);
  }
  switch (expression.kind) {
    case 'aggregation':
      checkAggregation(reading, expression);
      break;
    case 'binary':
      checkBinary(reading, expression);
      break;
    case 'call':
      checkCall(reading, expression);
      break;
    case 'selector':
      checkSelector(reading, expression);
      break;
    case 'subquery':
      checkSubquery(reading, expression);
      break;
    case 'unary':
      checkUnary(reading, expression);
  }
}

function expectType(reading: Reading, expression: Expression, type: ValueType, context: string): void {
  if (expression.type === type) return;
  reading.fail(
    expression.span,
    `expected type ${documentedType(type)} in ${context}, got ${documentedType(expression.type)}`,
  );
}

function checkSubquery(reading: Reading, { span, expression }: Subquery): void {
  if (expression.type === 'vector') return;
  reading.fail(span, `subquery is only allowed on instant vector, got ${documentedType(expression.type)} instead`);
}

function checkUnary(reading: Reading, { span, type }: UnaryExpression): void {
  if (type === 'scalar' || type === 'vector') return;
  reading.fail(
    span,
    `unary expression only allowed on expressions of type scalar or instant vector, got "${documentedType(type)}"`,
  );
}

function checkAggregation(reading: Reading, { operator, operand, parameter }: Aggregation): void {
  expectType(reading, operand, 'vector', 'aggregation expression');
  const wanted = (AGGREGATIONS[operator] as { parameter?: 'scalar' | 'string' }).parameter;
  if (wanted !== undefined) expectType(reading, parameter!, wanted, 'aggregation parameter');
}

function checkCall(reading: Reading, { name, args, span }: Call): void {
  const { parameters, variadic, experimental } = signatureOf(name);
  if (experimental) reading.needExperimental(span, `function "${name}"`);
  const least = variadic === 0 ? parameters.length : parameters.length - 1;
  const most = variadic < 0 ? Number.POSITIVE_INFINITY : least + variadic;
  if (variadic === 0 && args.length !== least) {
    reading.fail(span, `expected ${least} argument(s) in call to "${name}", got ${args.length}`);
  }
  if (args.length < least)
    reading.fail(span, `expected at least ${least} argument(s) in call to "${name}", got ${args.length}`);
  if (args.length > most)
    reading.fail(span, `expected at most ${most} argument(s) in call to "${name}", got ${args.length}`);
  for (const [index, argument] of args.entries()) {
    expectType(reading, argument, parameters[Math.min(index, parameters.length - 1)]!, `call to function "${name}"`);
  }
  const labels = name === 'info' ? args[1] : undefined;
  if (labels !== undefined && (labels.kind !== 'selector' || labels.name !== undefined)) {
    reading.fail(labels.span, 'expected label selectors only');
  }
}

/** A selector that would take every series there is, most likely by a slip, is refused. */
function checkSelector(reading: Reading, { matchers, span }: VectorSelector): void {
  if (matchers.some((matcher) => !matcher.matches(''))) return;
  reading.fail(span, 'vector selector must contain at least one non-empty matcher');
}
