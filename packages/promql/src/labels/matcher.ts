import { compilePattern, type Pattern } from './pattern.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One condition of a selector, such as `code=~"5.."`. A label that a series lacks counts as empty. */
export class Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  readonly #pattern: Pattern | undefined;

  /** @throws {SyntaxError} when the value of `=~` or `!~` is not a regular expression of RE2. */
  constructor(name: string, operator: MatchOperator, value: string, dotMatchesNewline = true) {
    this.name = name;
    this.operator = operator;
    this.value = value;
    if (operator === '=~' || operator === '!~') this.#pattern = compilePattern(value, dotMatchesNewline);
  }

  matches(value: string): boolean {
    switch (this.operator) {
      case '=':
        return value === this.value;
      case '!=':
        return value !== this.value;
      case '=~':
        return this.#pattern!.matches(value);
      case '!~':
        return !this.#pattern!.matches(value);
    }
  }

  toString(): string {
    return `${this.name}${this.operator}${JSON.stringify(this.value)}`;
  }
}
