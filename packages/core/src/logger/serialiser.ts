import { types } from 'node:util';
import type { KeyPath, KeyVerdict } from '../masking/key-rules.ts';
import { isHeaders, isListOfPairs } from '../masking/lists.ts';
import { type Masker, NEEDS_ESCAPE } from '../masking/masker.ts';
import { jsonString } from './json.ts';

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
interface KnownKey {
  /** `"key":` */
  readonly text: string;
  /** What it demands of its value where no keys are above it. */
  readonly verdict: KeyVerdict;
}

/** For a value that is hidden whatever its key is. */
const HIDDEN: KnownKey = { text: '', verdict: 'hide' };

const ERROR_FIELDS = new Set(['name', 'message', 'stack', 'cause', 'errors']);
const UNREADABLE = '"[unreadable]"';

/**
 * Writes any value as JSON in one pass over it: masked by key and by value, never cloned or changed, never throwing,
 * bounded in depth, width and length.
 */
export class Serialiser {
  readonly masker: Masker;
  /** Remembered, since a service logs the same few keys for ever. */
  readonly #keys = new Map<string, KnownKey>();

  constructor(masker: Masker) {
    this.masker = masker;
  }

  /** A text, masked, and cut when it is longer than any message should be. */
  text(text: string): string {
    const { masker } = this;
    if (text.length > MAX_STRING) {
      const shown = masker.maskText(text.slice(0, MAX_STRING + LOOK_AHEAD)).slice(0, MAX_STRING);
      return jsonString(`${shown}… [${text.length} characters]`);
    }
    const looked = masker.look(text);
    if (looked === 0) return `"${text}"`;
    return jsonString(looked === NEEDS_ESCAPE ? text : masker.maskText(text, looked));
  }

  /** Any value; `undefined` for what JSON leaves out. */
  value(value: unknown): string | undefined {
    return this.#write(value, '', undefined, undefined);
  }

  /** The own enumerable fields of an object as `"a":1,"b":2`, without the braces; `skip` names those to leave out. */
  fields(object: object, skip?: (key: string) => boolean): string {
    return this.#fields({ object, outer: undefined, depth: 0, path: undefined }, skip);
  }

  #write(value: unknown, key: string, outer: Frame | undefined, path: KeyPath | undefined): string | undefined {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return this.#number(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'undefined':
        return undefined;
      case 'bigint':
        return `"${this.masker.maskNumber(value)}"`;
      case 'symbol':
        return this.text(String(value));
      default:
        if (value === null) return 'null';
        try {
          if (typeof value === 'function') return this.text(`[Function ${value.name || 'anonymous'}]`);
          return this.#object(value as object, key, outer, path);
        } catch {
          // A throwing getter or toJSON, a revoked proxy.
          return UNREADABLE;
        }
    }
  }

  #number(value: number): string {
    if (value - value !== 0) return `"${value}"`;
    const masked = this.masker.maskNumber(value);
    return typeof masked === 'number' ? String(masked) : jsonString(String(masked));
  }

  #object(object: object, key: string, outer: Frame | undefined, path: KeyPath | undefined): string | undefined {
    for (let frame = outer; frame !== undefined; frame = frame.outer)
      if (frame.object === object) return '"[circular]"';
    if (object instanceof Date) return Number.isNaN(object.getTime()) ? '"Invalid Date"' : `"${object.toISOString()}"`;
    if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) {
      return `"[${object.constructor.name} of ${object.byteLength} bytes]"`;
    }
    const depth = outer === undefined ? 0 : outer.depth + 1;
    if (depth >= MAX_DEPTH) return Array.isArray(object) ? '"[array]"' : '"[object]"';
    const frame = { object, outer, depth, path };
    if (isError(object)) return this.#error(object, frame);
    if (Array.isArray(object)) return this.#list(object, frame);
    const { toJSON } = object as { toJSON?: unknown };
    if (typeof toJSON === 'function' && !(object instanceof URL))
      return this.#write(toJSON.call(object, key), key, frame, path);
    if (object instanceof Set) return this.#items(object, (item) => this.#write(item, '', frame, path));
    if (object instanceof RegExp || object instanceof URL || object instanceof URLSearchParams) {
      return this.text(String(object));
    }
    if (object instanceof Map || isHeaders(object)) return this.#entries(object, frame);
    return `{${this.#fields(frame)}}`;
  }

  #fields(frame: Frame, skip?: (key: string) => boolean): string {
    const { object } = frame;
    const isSecretPair = this.masker.isSecretPair(object);
    let text = '';
    let entries = 0;
    for (const key in object) {
      if (!Object.hasOwn(object, key) || skip?.(key)) continue;
      if (entries++ >= MAX_ENTRIES) return `${text},"…":"[more entries]"`;
      const known = this.#known(key);
      const field = this.#field(frame, key, isSecretPair && key === 'value' ? HIDDEN : known);
      if (field !== undefined) text += text === '' ? known.text + field : `,${known.text}${field}`;
    }
    return text;
  }

  #field(frame: Frame, key: string, known: KnownKey): string | undefined {
    try {
      return this.#byKey(key, (frame.object as Record<string, unknown>)[key], frame, known);
    } catch {
      return UNREADABLE;
    }
  }

  #byKey(key: string, value: unknown, frame: Frame, known: KnownKey): string | undefined {
    if (value === undefined) return undefined;
    const { path } = frame;
    const verdict = known === HIDDEN || path === undefined ? known.verdict : this.masker.verdict(key, path);
    if (verdict === 'hide') {
      const hidden = this.masker.hide(value);
      if (hidden !== undefined) return jsonString(hidden);
    }
    if (verdict === 'show' && typeof value === 'string') return jsonString(value);
    if (verdict === 'show' && typeof value === 'number' && Number.isFinite(value)) return String(value);
    return this.#write(value, key, frame, typeof value === 'object' ? { key, above: path } : path);
  }

  #list(list: readonly unknown[], frame: Frame): string {
    const { path } = frame;
    const masker = this.masker;
    const pairs = isListOfPairs(list);
    let index = -1;
    return this.#items(list, (item) => {
      index++;
      if (masker.isSecretItem(list, index)) {
        const hidden = masker.hide(item);
        if (hidden !== undefined) return jsonString(hidden);
      }
      if (pairs) {
        const [name, value] = item as readonly [string, unknown];
        return `[${this.text(name)},${this.#byKey(name, value, frame, this.#known(name)) ?? 'null'}]`;
      }
      return this.#write(item, '', frame, masker.needsPath ? { key: String(index), above: path } : path);
    });
  }

  #items(items: Iterable<unknown>, write: (item: unknown) => string | undefined): string {
    let text = '';
    let entries = 0;
    for (const item of items) {
      if (entries++ >= MAX_ENTRIES) return `[${text},"[more entries]"]`;
      text += `${text === '' ? '' : ','}${write(item) ?? 'null'}`;
    }
    return `[${text}]`;
  }

  #entries(entries: Iterable<readonly [unknown, unknown]>, frame: Frame): string {
    let text = '';
    let count = 0;
    for (const [key, value] of entries) {
      if (count++ >= MAX_ENTRIES) return `{${text},"…":"[more entries]"}`;
      const name = typeof key === 'string' ? key : typeof key === 'object' ? '[object]' : String(key);
      const known = this.#known(name);
      text += `${text === '' ? '' : ','}${known.text}${this.#byKey(name, value, frame, known) ?? 'null'}`;
    }
    return `{${text}}`;
  }

  /** An error whole: type, message, stack, its own fields, its causes and, of an AggregateError, its errors. */
  #error(error: Error, frame: Frame): string {
    const { name } = error;
    // A class that has not set its name has inherited `Error`.
    const type = name && name !== 'Error' ? name : error.constructor?.name || 'Error';
    let text = `{"type":${this.text(String(type))},"message":${this.text(String(error.message))}`;
    if (typeof error.stack === 'string') text += `,"stack":${this.text(error.stack)}`;
    const own = this.#fields(frame, (key) => ERROR_FIELDS.has(key));
    if (own !== '') text += `,${own}`;
    if (error.cause !== undefined) text += `,"cause":${this.#field(frame, 'cause', this.#known('cause'))}`;
    if (error instanceof AggregateError) text += `,"errors":${this.#field(frame, 'errors', this.#known('errors'))}`;
    return `${text}}`;
  }

  /** A key may be a secret too: an address in a table of addresses. */
  #known(key: string): KnownKey {
    let known = this.#keys.get(key);
    if (known === undefined) {
      known = { text: `${this.text(key)}:`, verdict: this.masker.verdict(key) };
      if (this.#keys.size < KNOWN_KEYS && key.length <= 128) this.#keys.set(key, known);
    }
    return known;
  }
}

/** Whether it is an error, be it from another realm. Never throws. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || types.isNativeError(value);
  } catch {
    return false;
  }
}
