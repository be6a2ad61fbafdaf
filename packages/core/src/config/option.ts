/** What reading one option's raw value gave: the value to use, or what would have been allowed. */
export type Parsed<T> = { readonly value: T } | { readonly allowed: string };

/**
 * One configurable thing: how it is spelled in the environment, its default, and how a raw value is read.
 * `parse` gets a string from the environment or whatever the caller put in the options object.
 */
export interface Option<T> {
  /** The environment variable, or several of which the first that is set wins. */
  readonly env?: string | readonly string[];
  readonly default: T;
  /** Keeps the value out of error messages. */
  readonly secret?: boolean;
  /** An environment variable that is set and empty is a mistake, where going without the option would open a door. */
  readonly refuseEmpty?: boolean;
  readonly parse: (raw: unknown) => Parsed<T>;
}

type Extra = Pick<Option<unknown>, 'env' | 'secret' | 'refuseEmpty'>;

/** A text of at most 1,024 characters, trimmed and not empty. */
export function text<T extends string | undefined>(fallback: T, extra: Extra = {}): Option<string | T> {
  return {
    ...extra,
    default: fallback,
    parse: (raw) =>
      typeof raw === 'string' && raw.trim() !== '' && raw.length <= 1024
        ? { value: raw.trim() }
        : { allowed: 'a text of 1 to 1,024 characters' },
  };
}

const TRUE = new Set(['true', '1', 'yes', 'on']);
const FALSE = new Set(['false', '0', 'no', 'off']);

/** `true` or `false`; in the environment also 1/0, yes/no, on/off in any case. */
export function flag(fallback: boolean, extra: Extra = {}): Option<boolean> {
  return {
    ...extra,
    default: fallback,
    parse: (raw) => {
      if (typeof raw === 'boolean') return { value: raw };
      const word = typeof raw === 'string' ? raw.trim().toLowerCase() : '';
      if (TRUE.has(word)) return { value: true };
      if (FALSE.has(word)) return { value: false };
      return { allowed: 'true or false' };
    },
  };
}

/** A number between `min` and `max`, both included; whole unless `fraction` is set. */
export function number<T extends number | undefined>(
  fallback: T,
  range: { readonly min: number; readonly max: number; readonly fraction?: boolean; readonly unit?: string },
  extra: Extra = {},
): Option<number | T> {
  const { min, max, fraction = false, unit } = range;
  const allowed = `a ${fraction ? '' : 'whole '}number from ${min} to ${max}${unit ? ` (${unit})` : ''}`;
  return {
    ...extra,
    default: fallback,
    parse: (raw) => {
      const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
      const usable = typeof value === 'number' && value >= min && value <= max && (fraction || Number.isInteger(value));
      return usable ? { value } : { allowed };
    },
  };
}

/** One word of a fixed set, in any case. */
export function oneOf<const W extends string, T extends W | undefined>(
  words: readonly W[],
  fallback: T,
  extra: Extra = {},
): Option<W | T> {
  return {
    ...extra,
    default: fallback,
    parse: (raw) => {
      const word = typeof raw === 'string' ? raw.trim().toLowerCase() : undefined;
      const found = words.find((candidate) => candidate.toLowerCase() === word);
      return found === undefined ? { allowed: `one of ${words.join(', ')}` } : { value: found };
    },
  };
}

/** Texts: an array, or one string with commas between them. */
export function list(fallback: readonly string[], extra: Extra = {}): Option<readonly string[]> {
  return {
    ...extra,
    default: fallback,
    parse: (raw) => {
      const parts = typeof raw === 'string' ? raw.split(',').map((part) => part.trim()) : raw;
      return Array.isArray(parts) && parts.every((part) => typeof part === 'string' && part !== '')
        ? { value: parts }
        : { allowed: 'texts separated by commas' };
    },
  };
}

/** An absolute http or https address. */
export function url(extra: Extra = {}): Option<string | undefined> {
  return {
    ...extra,
    default: undefined,
    parse: (raw) =>
      typeof raw === 'string' && URL.canParse(raw) && /^https?:$/.test(new URL(raw).protocol)
        ? { value: raw }
        : { allowed: 'an absolute http:// or https:// address' },
  };
}

/** A value that only code can give (a function, a client, a registry); `check` says whether it will do. */
export function given<T, F extends T | undefined = undefined>(
  allowed: string,
  check: (raw: unknown) => boolean,
  fallback?: F,
): Option<T | F> {
  return {
    default: fallback as F,
    parse: (raw) => (check(raw) ? { value: raw as T } : { allowed }),
  };
}
