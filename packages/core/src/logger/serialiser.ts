import { types } from 'node:util';
import type { KeyPath, KeyVerdict } from '../masking/key-rules.ts';
import { isHeaders, isListOfPairs } from '../masking/lists.ts';
import { type Masker, NEEDS_ESCAPE } from '../masking/masker.ts';
import { escaped, jsonString } from './json.ts';
import { createPlainFields, type PlainKey } from './plain-fields.ts';

/** Past these a value is cut, with a mark where. */
const MAX_DEPTH = 8;
const MAX_ENTRIES = 200;
const MAX_STRING = 16_384;
/** So much more of a text than is shown is looked at, for a secret that stands where it is cut. */
const LOOK_AHEAD = 8_192;
const KNOWN_KEYS = 2_000;

/** An object that is being written, and what it is in. */
interface Frame {
  readonly object: object;
  readonly outer: Frame | undefined;
  readonly depth: number;
  /** The keys that lead to it. */
  readonly path: KeyPath | undefined;
}

/** What is the same each time a key comes. */
interface KnownKey extends PlainKey {
  /** `{"key":` */
  readonly opening: string;
  /** `,"key":` */
  readonly text: string;
  /** `,"key":"` */
  readonly quoted: string;
  /** What it demands of its value where no keys are above it. */
  readonly verdict: KeyVerdict;
  /** Whether it may demand something else below some key. */
  readonly dependsOnPath: boolean;
  /** Whether it is one of those for which `skip` must always be asked. */
  readonly reserved: boolean;
  /** The key that came after it the last time, and mostly will again. */
  next: KnownKey | undefined;
}

/** Which fields of an object are left out. */
export interface Skip {
  /** Whether it must be asked of every key, and not of the reserved ones alone. */
  readonly asksAll: boolean;
  readonly skips: (key: string) => boolean;
}

const ERROR_FIELDS = new Set(['name', 'message', 'stack', 'cause', 'errors']);
const OWN_FIELDS: Skip = { asksAll: true, skips: (key) => ERROR_FIELDS.has(key) };
/** Keys that say something of the object that they are in. */
const ODD_KEYS = new Set(['__proto__', 'toJSON', 'value', 'kty']);
const UNREADABLE = '"[unreadable]"';

/**
 * Writes any value as JSON in one pass over it: masked by key and by value, never cloned or changed, never throwing,
 * bounded in depth, width and length. Everything is written behind a text that is handed on, since to put texts
 * together once more at each level would cost as much as all the masking.
 */
export class Serialiser {
  readonly masker: Masker;
  readonly #reserved: ReadonlySet<string>;
  /** Remembered, since a service logs the same few keys for ever. */
  readonly #keys = new Map<string, KnownKey>();
  /** Comes before the first key of every object. */
  readonly #first: KnownKey;
  readonly #plain: (object: object) => string | undefined;

  constructor(masker: Masker, reserved: ReadonlySet<string> = new Set()) {
    this.masker = masker;
    this.#reserved = reserved;
    this.#first = this.#describe('');
    this.#plain = createPlainFields({
      masker,
      first: this.#first,
      after: (previous, key) => this.#after(previous as KnownKey, key),
      maxEntries: MAX_ENTRIES,
      maxString: MAX_STRING,
      maxDepth: MAX_DEPTH,
    });
  }

  /** A text, masked, and cut when it is longer than any message should be. */
  text(text: string): string {
    const { masker } = this;
    if (text.length > MAX_STRING) {
      const shown = masker.maskText(text.slice(0, MAX_STRING + LOOK_AHEAD)).slice(0, MAX_STRING);
      return escaped(`${shown}… [${text.length} characters]`);
    }
    const looked = masker.look(text);
    if (looked === 0) return `"${text}"`;
    return escaped(looked === NEEDS_ESCAPE ? text : masker.maskText(text, looked));
  }

  /** Any value; `undefined` for what JSON leaves out. */
  value(value: unknown): string | undefined {
    return this.#write('', value, '', undefined, undefined);
  }

  /** `before` and behind it the own enumerable fields of an object, as `,"a":1,"b":2`, without braces. */
  fields(before: string, object: object, skip?: Skip): string {
    if (skip === undefined || !skip.asksAll) {
      const plain = this.#plain(object);
      if (plain !== undefined) return plain === '{}' ? before : `${before},${plain.slice(1, -1)}`;
    }
    return this.#fields(before, false, { object, outer: undefined, depth: 0, path: undefined }, skip);
  }

  #write(
    before: string,
    value: unknown,
    key: string,
    outer: Frame | undefined,
    path: KeyPath | undefined,
  ): string | undefined {
    switch (typeof value) {
      case 'string':
        return before + this.text(value);
      case 'number':
        return before + this.#number(value);
      case 'boolean':
        return before + (value ? 'true' : 'false');
      case 'undefined':
        return undefined;
      case 'bigint':
        return `${before}"${this.masker.maskNumber(value)}"`;
      case 'symbol':
        return before + this.text(String(value));
      default:
        if (value === null) return `${before}null`;
        try {
          if (typeof value === 'function') return before + this.text(`[Function ${value.name || 'anonymous'}]`);
          return this.#object(before, value as object, key, outer, path);
        } catch {
          // A throwing getter or toJSON, a revoked proxy.
          return before + UNREADABLE;
        }
    }
  }

  #number(value: number): string {
    if (value - value !== 0) return `"${value}"`;
    const masked = this.masker.maskNumber(value);
    return typeof masked === 'number' ? String(masked) : jsonString(String(masked));
  }

  #object(
    before: string,
    object: object,
    key: string,
    outer: Frame | undefined,
    path: KeyPath | undefined,
  ): string | undefined {
    for (let frame = outer; frame !== undefined; frame = frame.outer)
      if (frame.object === object) return `${before}"[circular]"`;
    const depth = outer === undefined ? 0 : outer.depth + 1;
    const frame = { object, outer, depth, path };
    if (depth < MAX_DEPTH && isPlain(object) && object.toJSON === undefined) {
      return `${this.#fields(before, true, frame)}}`;
    }
    if (object instanceof Date) {
      return `${before}"${Number.isNaN(object.getTime()) ? 'Invalid Date' : object.toISOString()}"`;
    }
    if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) {
      return `${before}"[${object.constructor.name} of ${object.byteLength} bytes]"`;
    }
    if (depth >= MAX_DEPTH) return before + (Array.isArray(object) ? '"[array]"' : '"[object]"');
    if (isError(object)) return this.#error(before, object, frame);
    if (Array.isArray(object)) return this.#list(before, object, frame);
    const { toJSON } = object as { toJSON?: unknown };
    if (typeof toJSON === 'function' && !(object instanceof URL))
      return this.#write(before, toJSON.call(object, key), key, frame, path);
    if (object instanceof Set)
      return this.#items(before, object, (text, item) => this.#write(text, item, '', frame, path));
    if (object instanceof RegExp || object instanceof URL || object instanceof URLSearchParams) {
      return before + this.text(String(object));
    }
    if (object instanceof Map || isHeaders(object)) return this.#entries(before, object, frame);
    return `${this.#fields(before, true, frame)}}`;
  }

  /** Opens the object with its first field, where it is to be opened. */
  #fields(before: string, opens: boolean, frame: Frame, skip?: Skip): string {
    const { object, path } = frame;
    const { masker } = this;
    const secrets = masker.secretFields(object);
    let text = before;
    let isFirst = opens;
    let entries = 0;
    let known = this.#first;
    for (const key in object) {
      if (!Object.hasOwn(object, key)) continue;
      const { next } = known;
      known = next !== undefined && next.key === key ? next : this.#after(known, key);
      if (skip !== undefined && (skip.asksAll || known.reserved) && skip.skips(key)) continue;
      if (entries++ >= MAX_ENTRIES) return `${text},"…":"[more entries]"`;
      let value: unknown;
      try {
        value = (object as Record<string, unknown>)[key];
      } catch {
        text += (isFirst ? known.opening : known.text) + UNREADABLE;
        isFirst = false;
        continue;
      }
      if (value === undefined) continue;
      let { verdict } = known;
      if (secrets.size > 0 && secrets.has(key)) verdict = 'hide';
      else if (path !== undefined && known.dependsOnPath) verdict = masker.verdict(key, path);
      if (!isFirst && verdict === 'judge' && typeof value === 'string' && value.length <= MAX_STRING) {
        const looked = masker.look(value);
        if (looked === 0) {
          text += known.quoted;
          text += value;
          text += '"';
        } else {
          text += known.text;
          text += escaped(looked === NEEDS_ESCAPE ? value : masker.maskText(value, looked));
        }
        continue;
      }
      const written = this.#judged(text + (isFirst ? known.opening : known.text), verdict, value, key, frame);
      if (written === undefined) continue;
      text = written;
      isFirst = false;
    }
    return isFirst ? `${text}{` : text;
  }

  #judged(before: string, verdict: KeyVerdict, value: unknown, key: string, frame: Frame): string | undefined {
    if (verdict === 'hide') {
      const hidden = this.masker.hide(value);
      if (hidden !== undefined) return before + jsonString(hidden);
    }
    if (verdict === 'show' && typeof value === 'string') return before + jsonString(value);
    if (verdict === 'show' && typeof value === 'number' && Number.isFinite(value)) return before + String(value);
    const { path } = frame;
    return this.#write(before, value, key, frame, typeof value === 'object' ? { key, above: path } : path);
  }

  /** A value whose key does not come of a plain object; `null` for what JSON leaves out, as in a list. */
  #byKey(before: string, key: string, value: unknown, frame: Frame): string {
    return this.#judged(before, this.masker.verdict(key, frame.path), value, key, frame) ?? `${before}null`;
  }

  #list(before: string, list: readonly unknown[], frame: Frame): string {
    const { path } = frame;
    const masker = this.masker;
    const pairs = isListOfPairs(list);
    let index = -1;
    return this.#items(before, list, (text, item) => {
      index++;
      if (masker.isSecretItem(list, index)) {
        const hidden = masker.hide(item);
        if (hidden !== undefined) return text + jsonString(hidden);
      }
      if (pairs) {
        const [name, value] = item as readonly [string, unknown];
        return `${this.#byKey(`${text}[${this.text(name)},`, name, value, frame)}]`;
      }
      return this.#write(text, item, '', frame, masker.needsPath ? { key: String(index), above: path } : path);
    });
  }

  #items(before: string, items: Iterable<unknown>, write: (text: string, item: unknown) => string | undefined): string {
    let text = `${before}[`;
    let entries = 0;
    for (const item of items) {
      if (entries++ >= MAX_ENTRIES) return `${text},"[more entries]"]`;
      if (entries > 1) text += ',';
      text = write(text, item) ?? `${text}null`;
    }
    return `${text}]`;
  }

  #entries(before: string, entries: Iterable<readonly [unknown, unknown]>, frame: Frame): string {
    let text = before;
    let count = 0;
    for (const [key, value] of entries) {
      if (count++ >= MAX_ENTRIES) return `${text},"…":"[more entries]"}`;
      const name = typeof key === 'string' ? key : typeof key === 'object' ? '[object]' : String(key);
      const known = this.#known(name);
      text = this.#byKey(text + (count === 1 ? known.opening : known.text), name, value, frame);
    }
    return count === 0 ? `${before}{}` : `${text}}`;
  }

  /** An error whole: type, message, stack, its own fields, its causes and, of an AggregateError, its errors. */
  #error(before: string, error: Error, frame: Frame): string {
    const { name } = error;
    // A class that has not set its name has inherited `Error`.
    const type = name && name !== 'Error' ? name : error.constructor?.name || 'Error';
    let text = `${before}{"type":${this.text(String(type))},"message":${this.text(String(error.message))}`;
    if (typeof error.stack === 'string') text += `,"stack":${this.text(error.stack)}`;
    text = this.#fields(text, false, frame, OWN_FIELDS);
    if (error.cause !== undefined) text = this.#part(text, 'cause', error, frame);
    if (error instanceof AggregateError) text = this.#part(text, 'errors', error, frame);
    return `${text}}`;
  }

  #part(before: string, key: 'cause' | 'errors', error: Error, frame: Frame): string {
    const text = `${before},"${key}":`;
    try {
      return this.#byKey(text, key, (error as AggregateError)[key], frame);
    } catch {
      return text + UNREADABLE;
    }
  }

  #after(previous: KnownKey, key: string): KnownKey {
    const known = this.#known(key);
    if (this.#keys.has(key)) previous.next = known;
    return known;
  }

  #known(key: string): KnownKey {
    let known = this.#keys.get(key);
    if (known === undefined) {
      known = this.#describe(key);
      if (this.#keys.size < KNOWN_KEYS && key.length <= 128) this.#keys.set(key, known);
    }
    return known;
  }

  /** A key may be a secret too: an address in a table of addresses. */
  #describe(key: string): KnownKey {
    const { masker } = this;
    const reserved = this.#reserved.has(key);
    const dependsOnPath = masker.dependsOnPath(key);
    const text = `${this.text(key)}:`;
    const verdict = masker.verdict(key);
    const isPlain = !reserved && !dependsOnPath && !ODD_KEYS.has(key) && text === `"${key}":`;
    return {
      key,
      plainVerdict: isPlain ? verdict : undefined,
      opening: `{${text}`,
      text: `,${text}`,
      quoted: `,${text}"`,
      verdict,
      dependsOnPath,
      reserved,
      next: undefined,
      harmless: undefined,
    };
  }
}

/** An object as most are, which is seen at one look; what has `toJSON` or is shown in some other way is not sure to be. */
function isPlain(object: object): object is { readonly toJSON?: unknown } {
  const prototype = Object.getPrototypeOf(object);
  return prototype === Object.prototype;
}

/** Whether it is an error, be it from another realm. Never throws. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || types.isNativeError(value);
  } catch {
    return false;
  }
}
