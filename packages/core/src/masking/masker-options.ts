import { given, list, type Option, oneOf } from '../config/option.ts';
import { type OptionsOf, type Resolved, resolveConfig } from '../config/resolve.ts';
import { ConfigError } from '../errors.ts';
import { DETECTOR_NAMES } from './detectors.ts';
import { REVEALS, type Reveal } from './show.ts';

const HASH_KEY_LENGTH = 16;

/** The options of a masker. */
const maskerOptions = {
  /** More keys to hide: names, paths and globs (`user.*.secret`, `**.pin`). */
  keys: list([]),
  /** Keys, paths and globs whose values are shown whatever is in them. */
  allow: list([]),
  /** Detectors to look with besides those that are on by default (`phone`). */
  enable: detectorNames(),
  /** Detectors to leave out. */
  disable: detectorNames(),
  /** What a mask shows beside the kind of what it hides. */
  reveal: oneOf<Reveal, Reveal>(REVEALS, 'kind'),
  /** The key for `reveal: 'hash'`; whoever has it can test guesses against the hashes. */
  hashKey: {
    ...given<string | Uint8Array>(
      `a text or bytes, at least ${HASH_KEY_LENGTH} of them`,
      (raw) => (typeof raw === 'string' || raw instanceof Uint8Array) && raw.length >= HASH_KEY_LENGTH,
    ),
    secret: true,
  },
} as const;

/** What {@link createMasker} takes. */
export type MaskerOptions = OptionsOf<typeof maskerOptions>;

/** What the options resolve to. */
export type MaskerConfig = Resolved<typeof maskerOptions>;

/** @throws {ConfigError} on an option that is not known or cannot be used. */
export function resolveMaskerOptions(options: MaskerOptions): MaskerConfig {
  const config = resolveConfig(maskerOptions, options, {});
  if (config.reveal === 'hash' && config.hashKey === undefined) {
    throw new ConfigError([{ name: 'hashKey', value: '(none)', allowed: "reveal: 'hash' needs a key" }]);
  }
  return config;
}

function detectorNames(): Option<readonly string[]> {
  const names = list([]);
  return {
    ...names,
    parse: (raw) => {
      const parsed = names.parse(raw);
      if ('value' in parsed && parsed.value.every((name) => DETECTOR_NAMES.includes(name))) return parsed;
      return { allowed: `names of detectors: ${DETECTOR_NAMES.join(', ')}` };
    },
  };
}
