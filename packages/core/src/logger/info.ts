import { LEVEL, SPLAT } from 'triple-beam';
import type { Logform } from 'winston';
import { type LogMethod, methodOf } from './levels.ts';
import { isError, type Serialiser } from './serialiser.ts';

/** The object that a log call is in winston. */
export type Info = Logform.TransformableInfo;

const UNREADABLE = '[unreadable]';

/** The level of an info; one that nobody knows counts as `info`. */
export function methodOfInfo(info: Info): LogMethod {
  return methodOf(info[LEVEL] ?? info.level) ?? 'info';
}

/** The fields of all sources in one object, since winston knows only one. */
export function mergeFields(sources: readonly (object | undefined)[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const source of sources) {
    try {
      for (const key in source) {
        // winston has names of its own for these two.
        const name = key === 'level' || key === 'message' ? `field_${key}` : key;
        if (Object.hasOwn(source, key)) fields[name] = read(source, key);
      }
    } catch {
      fields.fields = UNREADABLE;
    }
  }
  return fields;
}

/**
 * A masked copy of an info, for formats and transports that are not ours. Errors in it are errors, which JSON would
 * show as `{}`, so they have a `toJSON`; and as with winston the stack of one stands in `stack` too.
 */
export function maskedInfo(info: Info, serialiser: Serialiser): Info {
  const { masker } = serialiser;
  const { level, message, ...fields } = info;
  const copy = masker.mask(fields);
  const masked = (typeof copy === 'object' && copy !== null ? copy : { fields: copy }) as Info;
  masked.level = level;
  masked.message = isError(message) ? masker.maskText(String(message.message)) : masker.mask(message);
  masked[LEVEL] = info[LEVEL] ?? level;
  if (info[SPLAT] !== undefined) masked[SPLAT] = masker.mask(info[SPLAT]);
  for (const value of Object.values(masked)) {
    if (!isError(value)) continue;
    const toJSON = (): unknown => JSON.parse(serialiser.value(value) ?? 'null');
    Object.defineProperty(value, 'toJSON', { value: toJSON, configurable: true });
    masked.stack ??= value.stack;
  }
  return masked;
}

function read(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}
