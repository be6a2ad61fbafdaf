import { RE2JS, RE2JSSyntaxException } from 're2js';

/** A regular expression of RE2, matched against a whole value in linear time whatever the expression. */
export interface Pattern {
  matches(value: string): boolean;
  /** The text of each group, the whole match first; undefined where the value does not match. */
  groups(value: string): PatternMatch | undefined;
}

export interface PatternMatch {
  /** A group by number or name; empty where it took no part or does not exist. */
  group(reference: string): string;
}

/** Text without a character that RE2 reads specially, and alternatives of such text. */
const LITERALS = /^[^\\.+*?()|[\]{}^$]*(?:\|[^\\.+*?()|[\]{}^$]*)*$/;

/**
 * Compiles a pattern that must match from end to end, as all of PromQL's do.
 *
 * @throws {SyntaxError} when RE2 does not take it; the message says why.
 */
export function compilePattern(source: string, dotMatchesNewline: boolean): Pattern {
  const regexp = compile(source, dotMatchesNewline ? RE2JS.DOTALL : 0);
  const literals = LITERALS.test(source) ? new Set(source.split('|')) : undefined;
  return {
    matches: literals === undefined ? (value) => regexp.testExact(value) : (value) => literals.has(value),
    groups: (value) => {
      const matcher = regexp.matcher(value);
      if (!matcher.matches()) return undefined;
      const names = regexp.namedGroups();
      return {
        group: (reference) => {
          const number = /^\d+$/.test(reference) ? Number(reference) : names[reference];
          return number === undefined || number > matcher.groupCount() ? '' : (matcher.group(number) ?? '');
        },
      };
    },
  };
}

function compile(source: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(source, flags);
  } catch (cause) {
    const reason = cause instanceof RE2JSSyntaxException ? cause.message : String(cause);
    throw new SyntaxError(reason, { cause });
  }
}
