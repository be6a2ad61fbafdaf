import { format } from 'node:util';

/** What a call of a log method says: a message, and objects whose fields belong to the line. */
export interface LogCall {
  readonly message: unknown;
  readonly sources: readonly object[];
}

const NONE: readonly object[] = [];

/**
 * Reads the arguments of `logger.info(…)` in all the ways that winston allows: a message, a message and fields, an
 * error, a message and an error, an object with a `message`, a format string and its values.
 */
export function readArguments(args: readonly unknown[]): LogCall {
  const [first, second] = args;
  if (args.length === 1) {
    if (typeof first === 'string') return { message: first, sources: NONE };
    if (first instanceof Error) return { message: errorMessage(first), sources: [{ error: first }] };
    if (isObject(first) && 'message' in first) {
      const { message, level: _, ...fields } = first;
      return { message, sources: [fields] };
    }
    return { message: first, sources: NONE };
  }
  if (args.length === 2 && isObject(second)) {
    const { message, sources } = readArguments([first]);
    return { message, sources: [...sources, second instanceof Error ? { error: second } : second] };
  }
  const objects = typeof first === 'string' && first.includes('%') ? [] : args.slice(1).filter(isObject);
  return {
    message: format(...args.filter((each) => !objects.includes(each as Record<string, unknown>))),
    sources: objects.map((each) => (each instanceof Error ? { error: each } : each)),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function errorMessage(error: Error): string {
  try {
    return String(error.message);
  } catch {
    return '[unreadable]';
  }
}
