import type { KeyPath } from './key-rules.ts';
import { isHeaders, isListOfPairs } from './lists.ts';
import type { Masker } from './masker.ts';

const DEEPEST = 64;
const CIRCULAR = '[circular]';
const UNREADABLE = '[unreadable]';

/** A masked copy of a value; see {@link Masker.mask}. */
export function maskedCopy(value: unknown, masker: Masker): unknown {
  return copy(value, undefined, []);

  function copy(part: unknown, within: KeyPath | undefined, above: readonly object[]): unknown {
    switch (typeof part) {
      case 'string':
        return masker.maskText(part);
      case 'number':
      case 'bigint':
        return masker.maskNumber(part);
      case 'symbol':
        return masker.maskText(String(part));
      case 'function':
        return `[Function ${masker.maskText(nameOf(part))}]`;
      case 'object':
        if (part === null) return null;
        if (above.includes(part)) return CIRCULAR;
        if (above.length >= DEEPEST) return Array.isArray(part) ? '[array]' : '[object]';
        try {
          return copyObject(part, within, [...above, part]);
        } catch {
          return UNREADABLE;
        }
      default:
        return part;
    }
  }

  function copyObject(part: object, within: KeyPath | undefined, above: readonly object[]): unknown {
    if (part instanceof Date) return new Date(part.getTime());
    if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) {
      return `[${part.constructor.name} of ${part.byteLength} bytes]`;
    }
    if (part instanceof Error) return copyError(part, within, above);
    if (part instanceof URLSearchParams)
      return new URLSearchParams(copyEntries(part, within, above) as [string, string][]);
    if (part instanceof URL || part instanceof RegExp) return masker.maskText(String(part));
    if (part instanceof Map) return new Map(copyEntries(part, within, above));
    if (part instanceof Set) return new Set([...part].map((item) => copy(item, within, above)));
    if (isHeaders(part)) return Object.fromEntries(copyEntries(part, within, above));
    if (Array.isArray(part)) return copyList(part, within, above);
    const { toJSON } = part as { toJSON?: unknown };
    if (typeof toJSON === 'function') return copy(toJSON.call(part, within?.key ?? ''), within, above);
    return copyFields(part, Object.keys(part), {}, within, above);
  }

  function copyFields(
    part: object,
    keys: Iterable<string>,
    into: Record<string, unknown>,
    within: KeyPath | undefined,
    above: readonly object[],
  ): Record<string, unknown> {
    const secrets = masker.secretFields(part);
    const isFree = Object.getPrototypeOf(into) === Object.prototype;
    for (const key of keys) {
      const field = copyField(part, key, within, above, secrets.has(key));
      // A key may be a secret too: an address in a table of addresses.
      const name = masker.maskText(key);
      if (name !== '__proto__' && isFree) into[name] = field;
      // What has a meaning there, or a setter in an error's class, is to be a field and nothing else.
      else Object.defineProperty(into, name, { value: field, writable: true, enumerable: true, configurable: true });
    }
    return into;
  }

  function copyField(
    part: object,
    key: string,
    within: KeyPath | undefined,
    above: readonly object[],
    secret: boolean,
  ): unknown {
    try {
      return copyByKey(key, (part as Record<string, unknown>)[key], within, above, secret);
    } catch {
      return UNREADABLE;
    }
  }

  function copyByKey(
    key: string,
    field: unknown,
    within: KeyPath | undefined,
    above: readonly object[],
    secret = false,
  ): unknown {
    const verdict = secret ? 'hide' : masker.verdict(key, within);
    if (verdict === 'hide') return masker.hide(field) ?? field;
    if (verdict === 'show' && (typeof field !== 'object' || field === null)) return field;
    return copy(field, typeof field === 'object' ? { key, above: within } : within, above);
  }

  function copyEntries(
    part: Iterable<readonly [unknown, unknown]>,
    within: KeyPath | undefined,
    above: readonly object[],
  ): [string, unknown][] {
    const entries: [unknown, unknown][] = [];
    for (const [key, field] of part) {
      const copied = typeof key === 'string' ? copyByKey(key, field, within, above) : copy(field, within, above);
      entries.push([copy(key, within, above), copied]);
    }
    return entries as [string, unknown][];
  }

  function copyList(list: readonly unknown[], within: KeyPath | undefined, above: readonly object[]): unknown[] {
    const pairs = isListOfPairs(list);
    return Array.from(list, (item, index) => {
      if (masker.isSecretItem(list, index)) return masker.hide(item) ?? item;
      if (pairs) {
        const [name, field] = list[index] as unknown as readonly [string, unknown];
        return [masker.maskText(name), copyByKey(name, field, within, above)];
      }
      return copy(item, masker.needsPath ? { key: String(index), above: within } : within, above);
    });
  }

  /** An error of the same class; its own class may want arguments, so the copy does not go through its constructor. */
  function copyError(error: Error, within: KeyPath | undefined, above: readonly object[]): Error {
    const masked = new Error();
    Object.setPrototypeOf(masked, Object.getPrototypeOf(error));
    const hidden = new Set(['message', 'stack', 'cause', 'errors']);
    for (const key of hidden) {
      if (!Object.hasOwn(error, key)) continue;
      const field = copyField(error, key, within, above, false);
      Object.defineProperty(masked, key, { value: field, writable: true, enumerable: false, configurable: true });
    }
    const fields = Object.keys(error).filter((key) => !hidden.has(key));
    copyFields(error, fields, masked as unknown as Record<string, unknown>, within, above);
    return masked;
  }
}

function nameOf(part: unknown): string {
  try {
    return String((part as { name?: unknown }).name || 'anonymous');
  } catch {
    return 'anonymous';
  }
}
