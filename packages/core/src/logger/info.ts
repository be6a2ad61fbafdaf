import { LEVEL, SPLAT } from 'triple-beam';
import type { Logform } from 'winston';
import type { Context } from '../context/context.ts';
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
 * A masked copy of an info, for formats and transports that are not ours, with the context's identifiers. Errors in
 * it are errors, which JSON would show as `{}`, so they have a `toJSON`; and as with winston the stack of one stands in
 * `stack` too.
 */
export function maskedInfo(info: Info, context: Context | undefined, serialiser: Serialiser): Info {
  const { masker } = serialiser;
  const copy = masker.mask(info);
  const masked = (typeof copy === 'object' && copy !== null ? copy : { fields: copy }) as Info;
  const { level, message } = info;
  masked.level = level;
  if (isError(message)) masked.message = masker.maskText(String(message.message));
  // Fields that say how they are shown show no message.
  else masked.message ??= masker.mask(message);
  masked[LEVEL] = info[LEVEL] ?? level;
  const splat = info[SPLAT];
  if (Array.isArray(splat)) masked[SPLAT] = splat.map((each) => maskedBefore(each, info, masked) ?? masker.mask(each));
  if (context !== undefined) addIdentifiers(masked, context, serialiser);
  for (const key in masked) {
    const value = masked[key];
    if (typeof value !== 'object' || !isError(value)) continue;
    const toJSON = (): unknown => JSON.parse(serialiser.value(value) ?? 'null');
    Object.defineProperty(value, 'toJSON', { value: toJSON, configurable: true });
    masked.stack ??= value.stack;
  }
  return masked;
}

function addIdentifiers(
  info: Info,
  { correlationId, trace, userId, sessionId }: Context,
  { masker }: Serialiser,
): void {
  info.correlation_id ??= correlationId;
  if (trace !== undefined) {
    info.trace_id ??= trace.traceId;
    info.span_id ??= trace.spanId;
  }
  if (userId !== undefined) info.user_id ??= masker.maskText(String(userId));
  if (sessionId !== undefined) info.session_id ??= masker.maskText(String(sessionId));
}

/** The masked copy of fields that are all in an info and were masked with it. */
function maskedBefore(fields: unknown, info: Info, masked: Info): object | undefined {
  if (typeof fields !== 'object' || fields === null || Object.getPrototypeOf(fields) !== Object.prototype)
    return undefined;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (info[key] !== value || !Object.hasOwn(masked, key)) return undefined;
    copy[key] = masked[key];
  }
  return copy;
}

function read(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}
