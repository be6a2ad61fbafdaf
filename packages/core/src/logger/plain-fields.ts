import type { KeyVerdict } from '../masking/key-rules.ts';
import { type Masker, NEEDS_ESCAPE } from '../masking/masker.ts';
import { onlyJsonEscapes } from './json.ts';

/** What {@link writePlainFields} must know of a key. */
export interface PlainKey {
  readonly key: string;
  /** What it demands of its value, whatever is above it; `undefined` where something more must be known of it. */
  readonly plainVerdict: KeyVerdict | undefined;
  readonly next: PlainKey | undefined;
  /** The last text under it that could be written as it is: a service says the same again and again. */
  harmless: string | undefined;
}

const LONGEST_REMEMBERED = 128;

/** For a method that someone has given to all objects. */
const NO_FIELDS: { readonly toJSON?: unknown } = {};

/** What it needs of the serialiser whose work it does. */
export interface PlainFieldsOptions {
  readonly masker: Masker;
  /** What comes before the first key of every object. */
  readonly first: PlainKey;
  /** What is known of `key`, which comes after `previous`. */
  readonly after: (previous: PlainKey, key: string) => PlainKey;
  readonly maxEntries: number;
  readonly maxString: number;
  readonly maxDepth: number;
}

/**
 * Makes the quick way to write the fields of a plain object that holds texts, numbers, truth values and objects of
 * such: the platform's serialiser, which writes one text where we would join dozens. It is given a shallow copy, with
 * the masks in it, so that what was judged is what is written, getters or not. Returns `{"a":1,…}`, or `undefined` where
 * anything else is in the object.
 */
export function createPlainFields({ masker, first, after, maxEntries, maxString, maxDepth }: PlainFieldsOptions) {
  return function writePlainFields(object: object): string | undefined {
    if (NO_FIELDS.toJSON !== undefined) return undefined;
    try {
      const copy = plainCopy(object, 1);
      return copy === undefined ? undefined : JSON.stringify(copy);
    } catch {
      // A getter or a proxy that throws.
      return undefined;
    }
  };

  function plainCopy(object: object, depth: number): Record<string, unknown> | undefined {
    if (Object.getPrototypeOf(object) !== Object.prototype || depth > maxDepth) return undefined;
    const copy: Record<string, unknown> = { ...object };
    let entries = 0;
    let known = first;
    for (const key in copy) {
      const { next } = known;
      known = next !== undefined && next.key === key ? next : after(known, key);
      const { plainVerdict } = known;
      if (plainVerdict === undefined || ++entries > maxEntries) return undefined;
      const value = copy[key];
      if (plainVerdict === 'hide') {
        const hidden = masker.hide(value);
        if (hidden !== undefined) {
          copy[key] = hidden;
          continue;
        }
      }
      switch (typeof value) {
        case 'string': {
          if (value === known.harmless) continue;
          if (plainVerdict === 'show' || value.length > maxString) return undefined;
          const looked = masker.look(value);
          if (looked === 0) {
            if (value.length <= LONGEST_REMEMBERED) known.harmless = value;
            continue;
          }
          const masked = looked === NEEDS_ESCAPE ? value : masker.maskText(value, looked);
          if (!onlyJsonEscapes(masked)) return undefined;
          if (masked !== value) copy[key] = masked;
          else if (value.length <= LONGEST_REMEMBERED) known.harmless = value;
          continue;
        }
        case 'number':
          if (value - value !== 0 || masker.maskNumber(value) !== value) return undefined;
          continue;
        case 'boolean':
        case 'undefined':
          continue;
        case 'object': {
          if (value === null) continue;
          const inner = plainCopy(value, depth + 1);
          if (inner === undefined) return undefined;
          copy[key] = inner;
          continue;
        }
        default:
          return undefined;
      }
    }
    return copy;
  }
}
