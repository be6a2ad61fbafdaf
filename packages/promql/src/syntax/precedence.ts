import type { BinaryOperator } from './operators.ts';
import { POWER, precedenceOf } from './operators.ts';

/** An expression as a row of parts, in the order of the text. */
export type Part<Operand, Modifiers> =
  | { readonly what: 'operand'; readonly operand: Operand }
  | { readonly what: 'sign'; readonly sign: '+' | '-'; readonly from: number }
  | { readonly what: 'operator'; readonly operator: BinaryOperator; readonly modifiers: Modifiers }
  | { readonly what: 'suffix'; readonly apply: (operand: Operand) => Operand };

/** How two operands, or a sign and its operand, become one. */
export interface Combine<Operand, Modifiers> {
  binary(left: Operand, operator: BinaryOperator, modifiers: Modifiers, right: Operand): Operand;
  unary(sign: '+' | '-', from: number, operand: Operand): Operand;
}

/** A sign binds like a product: `-a ^ b` is `-(a ^ b)`, and `-a * b` is `(-a) * b`. */
const SIGN_PRECEDENCE = precedenceOf('*');

/**
 * Builds the tree of an expression by Prometheus's precedence. Suffixes (ranges, `offset`, `@`) bind tightest, then
 * powers, signs, products and so on.
 */
export function buildByPrecedence<Operand, Modifiers>(
  parts: readonly Part<Operand, Modifiers>[],
  combine: Combine<Operand, Modifiers>,
): Operand {
  let at = 0;

  const operand = (): Operand => {
    const part = parts[at++];
    if (part?.what === 'sign') return combine.unary(part.sign, part.from, expression(SIGN_PRECEDENCE + 1));
    if (part?.what !== 'operand') throw new Error('an operand is missing; the parser let a broken tree through');
    let { operand } = part;
    for (let next = parts[at]; next?.what === 'suffix'; next = parts[++at]) operand = next.apply(operand);
    return operand;
  };

  const expression = (minimum: number): Operand => {
    let left = operand();
    for (let part = parts[at]; part?.what === 'operator'; part = parts[at]) {
      const precedence = precedenceOf(part.operator);
      if (precedence < minimum) break;
      at++;
      const right = expression(part.operator === POWER ? precedence : precedence + 1);
      left = combine.binary(left, part.operator, part.modifiers, right);
    }
    return left;
  };

  return expression(0);
}
