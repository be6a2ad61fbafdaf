import { maskedCopy } from './copy.ts';
import { applyDetector } from './detector.ts';
import { maskBase64, maskPercentEncoded, maskUnicodeEscapes } from './detectors/encoded.ts';
import { createDetectors, PREFIXES } from './detectors.ts';
import { createScanner, Hint } from './hints.ts';
import { createKeyRules, type KeyPath, type KeyVerdict } from './key-rules.ts';
import { REDACTED, secretKeyEndings } from './keys.ts';
import { isSecretItem, secretFields } from './lists.ts';
import { type MaskerOptions, resolveMaskerOptions } from './masker-options.ts';
import { rememberLooks } from './recent-looks.ts';
import { createCover } from './show.ts';

/**
 * Decides what is shown. A serialiser that goes over a value once asks it for each key and each string; whoever wants
 * a copy calls {@link Masker.mask}. Nothing here throws on any input, and nothing changes it.
 */
export interface Masker {
  /**
   * What a key demands of its value: `hide` it whole, `show` it whatever is in it, or `judge` it by what it is. The
   * answer is remembered for each key. `within` holds the keys above; without it only the key itself counts.
   */
  readonly verdict: (key: string, within?: KeyPath) => KeyVerdict;
  /** Whether `within` must reach up to the top; otherwise the nearest key above is enough. */
  readonly needsPath: boolean;
  /** Whether the verdict on this key can be another one below some key. */
  readonly dependsOnPath: (key: string) => boolean;
  /** Whether the verdict on a key is `hide`. */
  readonly isSecretKey: (key: string, within?: KeyPath) => boolean;
  /** Whether an item of a list is the value after a secret's name: `['authorization', 'Bearer …']`, `[['cookie', '…']]`. */
  readonly isSecretItem: (list: readonly unknown[], index: number) => boolean;
  /** The keys that what else is in an object makes secret: `value` in `{ name: 'cookie', value: '…' }`. */
  readonly secretFields: (object: object) => ReadonlySet<string>;
  /**
   * What stands in place of a hidden value, or `undefined` where there is nothing to hide: `null`, `undefined`, `''`,
   * `true` and `false`.
   */
  readonly hide: (value: unknown) => string | undefined;
  /**
   * One cheap pass over a text: 0 if it can hold no secret and needs no escaping in JSON, {@link NEEDS_ESCAPE} if it only needs
   * that, and anything else if {@link Masker.maskText} must look at it.
   */
  readonly look: (text: string) => number;
  /**
   * The text with every secret in it masked; the same string when there was none. Linear in its length. Whoever has
   * looked already passes what came of it.
   */
  readonly maskText: (text: string, looked?: number) => string;
  /** A number or its mask: a card's number may be one. */
  readonly maskNumber: (value: number | bigint) => number | bigint | string;
  /**
   * A masked copy of any value: plain objects and lists, Map, Set, Error with its causes, Headers, URLSearchParams.
   * A value that refers to itself becomes `[circular]`, one that cannot be read `[unreadable]`, what has `toJSON` what that
   * gives, bytes their number.
   */
  readonly mask: (value: unknown) => unknown;
}

/**
 * The bit of {@link Masker.look} that says that a text holds a quote, a backslash, a control character, a line or
 * paragraph separator, or a surrogate.
 */
export const NEEDS_ESCAPE = Hint.escape;

/** Encodings within encodings are undone so many times. */
const DEEPEST_ENCODING = 2;
/** No secret is shorter. */
const SHORTEST_TEXT = 5;
/** Numbers below this have fewer than 13 digits, too few for a card. */
const SMALLEST_CARD = 1e12;

/** What stands before a blank and a credential. */
const ANNOUNCING: readonly string[] = [
  ...'bearer basic dpop token apikey ssws geniekey genie privatetoken sso-key password passwd passcode passphrase pwd by mysql mysqldump mysqladmin'.split(
    ' ',
  ),
  ...'--password --passwd --passphrase --pass --token --secret -key -password -token -secret --user -u -a -p'.split(
    ' ',
  ),
  ...['password', 'passcode', 'passphrase', 'secret', 'token', 'key', 'pin', 'code'].flatMap((name) => [
    `${name} is`,
    `${name} was`,
  ]),
];

/**
 * Makes a masker.
 *
 * @throws {ConfigError} on an option that is not known or cannot be used.
 * @example
 * const masker = createMasker({ keys: ['**.pin', 'user.*.note'], allow: ['csrfToken'] });
 * masker.mask({ user: 'ann@example.com', apiKey: '…' }); // { user: '[EMAIL a***@example.com]', apiKey: '[REDACTED]' }
 */
export function createMasker(options: MaskerOptions = {}): Masker {
  const { keys, allow, enable, disable, reveal, hashKey } = resolveMaskerOptions(options);
  const cover = createCover(reveal, hashKey);
  const { verdict, needsPath, dependsOnPath } = createKeyRules(keys, allow);
  const isSecretKey = (key: string, within?: KeyPath) => verdict(key, within) === 'hide';
  const scanner = createScanner({
    names: [...secretKeyEndings(), ...endingsOf(keys), 'path', 'samesite', 'kty'],
    announcing: ANNOUNCING,
    prefixes: PREFIXES,
  });
  const look = rememberLooks(scanner.scan, (hints) => (hints & ~Hint.escape) === 0);
  const detectors = createDetectors(isSecretKey, scanner.mayEndName).filter(
    ({ name, optional }) => (optional !== true || enable.includes(name)) && !disable.includes(name),
  );

  function maskWithin(text: string, depth: number, looked?: number): string {
    if (text.length < SHORTEST_TEXT) return text;
    const hints = looked ?? look(text);
    if ((hints & ~Hint.escape) === 0) return text;
    let masked = text;
    for (const detector of detectors) {
      if ((detector.hints & hints) !== 0) masked = applyDetector(detector, masked, cover);
    }
    if (depth === DEEPEST_ENCODING) return masked;
    const deeper = (part: string) => maskWithin(part, depth + 1);
    if ((hints & Hint.encoded) !== 0) masked = maskUnicodeEscapes(maskPercentEncoded(masked, deeper), deeper);
    if ((hints & Hint.base64) !== 0) masked = maskBase64(masked, deeper);
    return masked;
  }

  const maskText = (text: string, looked?: number): string => maskWithin(text, 0, looked);

  const masker: Masker = {
    verdict,
    needsPath,
    dependsOnPath,
    isSecretKey,
    isSecretItem: (list, index) => isSecretItem(list, index, isSecretKey),
    secretFields: (object) => secretFields(object, isSecretKey),
    hide: (value) => {
      if (value === undefined || value === null || value === '' || typeof value === 'boolean') return undefined;
      if (reveal === 'kind' || reveal === 'nothing') return REDACTED;
      return typeof value === 'object' || typeof value === 'function' ? REDACTED : cover('REDACTED', String(value));
    },
    look,
    maskText,
    maskNumber: (value) => {
      if (typeof value === 'number' && !(Number.isInteger(value) && value >= SMALLEST_CARD)) return value;
      const text = String(value);
      const masked = maskText(text);
      return masked === text ? value : masked;
    },
    mask: (value) => maskedCopy(value, masker),
  };
  return masker;
}

/** How the names that a user's keys stand for can end. */
function endingsOf(keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const name = key
      .replaceAll(/[\]"']/g, '')
      .split(/[.[]/)
      .at(-1)!;
    // After a wildcard at the end there may stand anything.
    return /\*[^A-Za-z0-9]*$/.test(name) ? [...'abcdefghijklmnopqrstuvwxyz0'] : [name.slice(name.lastIndexOf('*') + 1)];
  });
}

let shared: Masker | undefined;

/** A masked copy of any value, by a masker with the default options. */
export function mask(value: unknown): unknown {
  shared ??= createMasker();
  return shared.mask(value);
}
