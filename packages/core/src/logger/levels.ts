/** The levels of a log line, gravest first. */
export const LEVELS = ['CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG'] as const;

/** How grave a log line is. */
export type LogLevel = (typeof LEVELS)[number];

/**
 * The methods of the logger with their winston rank, and what each writes as `level`. winston's own names (npm's
 * and syslog's) and pino's are there beside ours.
 */
export const METHOD_LEVELS = {
  critical: 'CRITICAL',
  emerg: 'CRITICAL',
  alert: 'CRITICAL',
  crit: 'CRITICAL',
  fatal: 'CRITICAL',
  error: 'ERROR',
  warning: 'WARNING',
  warn: 'WARNING',
  notice: 'INFO',
  info: 'INFO',
  http: 'DEBUG',
  verbose: 'DEBUG',
  debug: 'DEBUG',
  trace: 'DEBUG',
  silly: 'DEBUG',
} as const satisfies Record<string, LogLevel>;

/** A level as a method of the logger or in winston's `level`. */
export type LogMethod = keyof typeof METHOD_LEVELS;

/** winston's `levels`: a lower number is graver. */
export const WINSTON_LEVELS = Object.fromEntries(
  Object.entries(METHOD_LEVELS).map(([method, level]) => [method, LEVELS.indexOf(level)]),
) as Readonly<Record<LogMethod, number>>;

/** The method that a level's name stands for, in any case of letters. */
export function methodOf(name: unknown): LogMethod | undefined {
  if (typeof name !== 'string') return undefined;
  if (Object.hasOwn(METHOD_LEVELS, name)) return name as LogMethod;
  const folded = name.trim().toLowerCase();
  return Object.hasOwn(METHOD_LEVELS, folded) ? (folded as LogMethod) : undefined;
}
