import { type DetectorExamples, type PatternDetector, WORD_END, WORD_START } from '../detector.ts';
import { Hint } from '../hints.ts';

/** A token's published shape. */
export interface ProviderToken {
  /** The provider, and by it the name of the detector. */
  readonly name: string;
  readonly label: string;
  /**
   * How it begins, one of which must be in the text. A beginning that ends in `_`, `-`, `.`, `/`, `~` or `$` is found
   * anywhere; another only at the start of a word.
   */
  readonly prefixes: readonly string[];
  /** The source of a pattern for the whole token. */
  readonly pattern: string;
  /** One of the prefixes may stand within a long word, as a mark does. */
  readonly marked?: true;
  /** The pattern says itself where the token may begin. */
  readonly anywhere?: true;
  readonly check?: (secret: string, text: string, at: number) => boolean;
  readonly examples: () => DetectorExamples;
}

/** The detector for a token, which is looked for where `bit` says that it may begin. */
export function providerToken(token: ProviderToken, bit: number): PatternDetector {
  const { name, label, prefixes, pattern, marked, anywhere, check, examples } = token;
  const distinct = prefixes.every((prefix) => /[^A-Za-z0-9]$/.test(prefix) && prefix.length > 3);
  const source = anywhere || distinct ? `(?:${pattern})` : `${WORD_START}(?:${pattern})${WORD_END}`;
  return {
    name,
    label,
    hints: marked ? bit | Hint.long : bit,
    words: prefixes,
    pattern: new RegExp(source, 'g'),
    ...(check === undefined ? {} : { check }),
    examples,
  };
}
