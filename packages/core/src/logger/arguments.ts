import { format } from 'node:util';
import { isError, type Serialiser } from './serialiser.ts';

/** What a call of a log method says: a message, and objects whose fields belong to the line. */
export interface LogCall {
  readonly message: unknown;
  readonly sources: readonly object[];
  /** What winston would call the splat: the fields and errors after the message. */
  readonly rest: readonly object[];
}

const NONE: readonly object[] = [];
const PLACEHOLDER = /%[sdifjoOc]/g;

/**
 * Reads the arguments of `logger.info(…)` in all the ways that winston allows: a message, a message and fields, an
 * error, a message and an error, an object with a `message`, a format string and its values. Objects that are
 * neither fields nor errors (arrays, maps) become part of the message, masked as in a field.
 */
export function readArguments(args: readonly unknown[], serialiser: Serialiser): LogCall {
  const first = args[0];
  if (typeof first === 'string' && args.length === 1) return { message: first, sources: NONE, rest: NONE };
  if (typeof first === 'string' && args.length === 2 && isPlain(args[1]) && !first.includes('%')) {
    const sources = [args[1]];
    return { message: first, sources, rest: sources };
  }

  const plain = (value: unknown): unknown => {
    if (typeof value === 'symbol') return String(value);
    return typeof value === 'object' && value !== null ? serialiser.value(value) : value;
  };
  const sources: object[] = [];
  const rest: object[] = [];
  let message: unknown = first;
  let taken = 1;
  if (typeof first === 'string') {
    const placeholders = first.includes('%') ? (first.match(PLACEHOLDER)?.length ?? 0) : 0;
    if (placeholders > 0) {
      taken += placeholders;
      message = format(first.replace(PLACEHOLDER, asText), ...args.slice(1, taken).map(plain));
    }
  } else if (isError(first)) {
    message = attempt(() => first.message);
    sources.push({ error: first });
  } else if (isFields(first)) {
    message = attempt(() => first.message) ?? '';
    sources.push(attempt(() => withoutMessage(first)) ?? first);
  }

  for (let i = taken; i < args.length; i++) {
    const value = args[i];
    if (value === undefined || value === null) continue;
    if (isError(value)) {
      sources.push({ error: value });
      rest.push(value);
    } else if (isFields(value)) {
      sources.push(value);
      rest.push(value);
    } else message = `${plain(message)} ${plain(value)}`;
  }
  return { message, sources, rest };
}

/** What an object is printed as is decided by `plain`. */
function asText(placeholder: string): string {
  return /[jo]/i.test(placeholder) ? '%s' : placeholder;
}

/** Fields as they nearly always come, told by one look where other objects take several. */
function isPlain(value: unknown): value is Record<string, unknown> {
  try {
    return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  } catch {
    return false;
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return attempt(() => Object.prototype.toString.call(value)) === '[object Object]';
}

function withoutMessage({ message: _, level: __, ...fields }: Record<string, unknown>): object {
  return fields;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
