import { types } from 'node:util';
import { isSecretKey, REDACTED } from '../masking/keys.ts';

/** Past these a value is cut, with a mark where. */
const MAX_DEPTH = 8;
const MAX_ENTRIES = 200;
const MAX_STRING = 16_384;
const MAX_STACK = 8_192;

// What JSON must escape, and what a terminal could act on: C1 controls, line and paragraph separators.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\u007f-\u009f\u2028\u2029\ud800-\udfff]/;
const AFTER_STRINGIFY = /[\u007f-\u009f\u2028\u2029]/g;

/** A string as JSON: one line, no control characters, cut when it is longer than any message should be. */
export function jsonString(text: string): string {
  const bounded = text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}… [${text.length} characters]` : text;
  if (!NEEDS_ESCAPE.test(bounded)) return `"${bounded}"`;
  return JSON.stringify(bounded).replace(AFTER_STRINGIFY, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const keyTexts = new Map<string, string>();

/** `"key":`, remembered, since a service logs the same few keys for ever. */
export function jsonKey(key: string): string {
  let text = keyTexts.get(key);
  if (text === undefined) {
    text = `${jsonString(key)}:`;
    if (keyTexts.size < 2_000 && key.length <= 128) keyTexts.set(key, text);
  }
  return text;
}

/**
 * Any value as JSON in one pass: masked by key, never cloned or changed, never throwing, bounded in depth and
 * width. Returns `undefined` for what JSON leaves out (`undefined`).
 */
export function serialise(value: unknown, key = '', depth = 0, above: readonly object[] = []): string | undefined {
  switch (typeof value) {
    case 'string':
      return jsonString(value);
    case 'number':
      return value - value === 0 ? String(value) : `"${value}"`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return undefined;
    case 'bigint':
      return `"${value}"`;
    case 'symbol':
    case 'function':
      return jsonString(typeof value === 'symbol' ? String(value) : `[Function ${value.name || 'anonymous'}]`);
    default:
      if (value === null) return 'null';
      try {
        return serialiseObject(value as object, key, depth, above);
      } catch {
        // A throwing getter or toJSON, a revoked proxy.
        return '"[unreadable]"';
      }
  }
}

function serialiseObject(value: object, key: string, depth: number, above: readonly object[]): string | undefined {
  if (above.includes(value)) return '"[circular]"';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '"Invalid Date"' : `"${value.toISOString()}"`;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `"[${value.constructor.name} of ${value.byteLength} bytes]"`;
  }
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '"[array]"' : '"[object]"';
  const inside = [...above, value];
  if (isError(value)) return serialiseError(value, depth, inside);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return serialise(toJSON.call(value, key), key, depth + 1, inside);
  if (Array.isArray(value) || value instanceof Set) return serialiseList(value, depth, inside);
  if (value instanceof Map) return serialiseEntries(value, depth, inside);
  if (value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams)
    return jsonString(String(value));
  return `{${serialiseFields(value, depth, inside)}}`;
}

/** The own enumerable fields of an object as `"a":1,"b":2`, without the braces; `skip` names those to leave out. */
export function serialiseFields(
  value: object,
  depth: number,
  inside: readonly object[],
  skip?: (key: string) => boolean,
): string {
  let text = '';
  let entries = 0;
  for (const key in value) {
    if (!Object.hasOwn(value, key) || skip?.(key)) continue;
    if (entries++ >= MAX_ENTRIES) return `${text},"…":"[more entries]"`;
    const field = serialiseField(value, key, depth, inside);
    if (field !== undefined) text += text === '' ? jsonKey(key) + field : `,${jsonKey(key)}${field}`;
  }
  return text;
}

function serialiseField(value: object, key: string, depth: number, inside: readonly object[]): string | undefined {
  try {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined && field !== null && isSecretKey(key)) return `"${REDACTED}"`;
    return serialise(field, key, depth + 1, inside);
  } catch {
    return '"[unreadable]"';
  }
}

function serialiseList(values: Iterable<unknown>, depth: number, inside: readonly object[]): string {
  let text = '';
  let entries = 0;
  for (const value of values) {
    if (entries++ >= MAX_ENTRIES) return `[${text},"[more entries]"]`;
    text += `${text === '' ? '' : ','}${serialise(value, '', depth + 1, inside) ?? 'null'}`;
  }
  return `[${text}]`;
}

function serialiseEntries(values: ReadonlyMap<unknown, unknown>, depth: number, inside: readonly object[]): string {
  let text = '';
  let entries = 0;
  for (const [key, value] of values) {
    if (entries++ >= MAX_ENTRIES) return `{${text},"…":"[more entries]"}`;
    const name = typeof key === 'string' ? key : typeof key === 'object' ? '[object]' : String(key);
    const field = isSecretKey(name) ? `"${REDACTED}"` : (serialise(value, name, depth + 1, inside) ?? 'null');
    text += `${text === '' ? '' : ','}${jsonKey(name)}${field}`;
  }
  return `{${text}}`;
}

/** Whether it is an error, be it from another realm. Never throws. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || types.isNativeError(value);
  } catch {
    return false;
  }
}

const ERROR_FIELDS = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** An error whole: type, message, stack, its own fields, its causes and, of an AggregateError, its errors. */
function serialiseError(error: Error, depth: number, inside: readonly object[]): string {
  const { name } = error;
  // A class that has not set its name has inherited `Error`.
  const type = name && name !== 'Error' ? name : error.constructor?.name || 'Error';
  let text = `{"type":${jsonString(String(type))},"message":${jsonString(String(error.message))}`;
  if (typeof error.stack === 'string') text += `,"stack":${jsonString(error.stack.slice(0, MAX_STACK))}`;
  const own = serialiseFields(error, depth, inside, (key) => ERROR_FIELDS.has(key));
  if (own !== '') text += `,${own}`;
  if (error.cause !== undefined) text += `,"cause":${serialise(error.cause, 'cause', depth + 1, inside)}`;
  if (error instanceof AggregateError) text += `,"errors":${serialiseList(error.errors, depth, inside)}`;
  return `${text}}`;
}
