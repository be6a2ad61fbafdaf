/** Texts that a detector must mask, and texts that it must leave as they are. They are its test. */
export interface DetectorExamples {
  /** A text, and what is left of it, with the default ways of showing what was hidden. */
  readonly masks: readonly (readonly [text: string, masked: string])[];
  readonly keeps: readonly string[];
}

/**
 * Puts a mask in place of a secret. `secret` is in the one spelling by which equal secrets are known as equal;
 * `detail` is what may be shown beside the label by default.
 */
export type Cover = (label: string, secret: string, detail?: string) => string;

interface DetectorBase {
  /** By which it is enabled and disabled. */
  readonly name: string;
  /** What stands in the mask: `[LABEL]`. */
  readonly label: string;
  /** Off unless it is asked for. */
  readonly optional?: true;
  /** The bits of `Hint`, one of which must be set. */
  readonly hints: number;
  /** One of these must be in the text. */
  readonly words?: readonly string[];
  /** A test of the text, when `words` cannot say it. */
  readonly quick?: (text: string) => boolean;
  /** Made only when they are asked for: no process needs them. */
  readonly examples: () => DetectorExamples;
}

/** A detector whose secret is what a pattern matches, or its first group, which then ends the match. */
export interface PatternDetector extends DetectorBase {
  /** Global, and linear in the text. */
  readonly pattern: RegExp;
  /** Whether a match is a secret: a checksum, a shape that a pattern cannot say. */
  readonly check?: (secret: string, text: string, at: number) => boolean;
  readonly detail?: (secret: string) => string;
  readonly canonical?: (secret: string) => string;
}

/** A detector that reads the text itself, once from start to end. */
export interface ReadingDetector extends DetectorBase {
  readonly replace: (text: string, cover: Cover, label: string) => string;
}

/** One kind of secret, found by its value. */
export type Detector = PatternDetector | ReadingDetector;

/** The text with what the detector finds covered; the same string when it finds nothing. */
export function applyDetector(detector: Detector, text: string, cover: Cover): string {
  if (detector.words !== undefined && !detector.words.some((word) => text.includes(word))) return text;
  if (detector.quick !== undefined && !detector.quick(text)) return text;
  if ('replace' in detector) return detector.replace(text, cover, detector.label);
  const { pattern, check, detail, canonical, label } = detector;
  return text.replace(pattern, (match: string, ...rest: (string | number | undefined)[]) => {
    const at = rest.find((part) => typeof part === 'number')!;
    const secret = typeof rest[0] === 'string' ? rest[0] : match;
    const before = match.length - secret.length;
    if (check !== undefined && !check(secret, text, at + before)) return match;
    return match.slice(0, before) + cover(label, canonical?.(secret) ?? secret, detail?.(secret));
  });
}

/**
 * A pattern for not being after one of `characters`, given as in a class, unless that is the letter of an escape (`\n`).
 */
export function notAfter(characters: string): string {
  return String.raw`(?<!(?<!\\|\\u[\da-fA-F]{3})[${characters}])`;
}

/** The start of a word, for a pattern. */
export const WORD_START = notAfter('A-Za-z0-9');

/** The end of a word, for a pattern. */
export const WORD_END = '(?![A-Za-z0-9])';

const ALPHABETS = {
  hex: '7a3f9c1e5b0d8264',
  lower: 'q7w3e9r1t5yu0io8p2as4df6ghjklzxcvbnm',
  upper: 'Q7W3E5R2T4YU6IOPASDFGHJKLZXCVBNM',
  alphanumeric: 'x7Qa3Zk9Wm1Rt5Pf0Ld8Vb2Nc4Gh6JsUyEoIwTqA',
  digits: '3917460528',
};

/** Made-up characters for an example, always the same, so that nothing that looks like a token stands in the source. */
export function filler(alphabet: keyof typeof ALPHABETS, length: number): string {
  const characters = ALPHABETS[alphabet];
  let text = '';
  for (let i = 0; text.length < length; i++) text += characters[(i * 7 + (i >> 3)) % characters.length];
  return text;
}
