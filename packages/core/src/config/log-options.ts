import { LEVEL_SIGNALS } from '../logger/level-signal.ts';
import { LEVELS, type LogLevel, METHOD_LEVELS, methodOf } from '../logger/levels.ts';
import { LOG_LAYOUTS } from '../logger/line.ts';
import { LOG_FORMATS } from '../logger/pretty.ts';
import type { LogRateLimit, LogSampling } from '../logger/throttle.ts';
import { given, type Option, oneOf } from './option.ts';

/** The options of the log. */
export const logOptions = {
  logLevel: logLevel('INFO'),
  logDestination: given<number | string, 1>(
    'a file descriptor or a file path',
    (raw) => (typeof raw === 'string' && raw !== '') || (Number.isInteger(raw) && (raw as number) > 0),
    1,
  ),
  logFormat: oneOf(LOG_FORMATS, undefined),
  logLayout: oneOf(LOG_LAYOUTS, 'flat'),
  logSampling: given<LogSampling>('a part from 0 to 1 for each of some levels: { debug: 0.1 }', isSampling),
  logRateLimit: given<LogRateLimit>(
    '{ perSecond } from 1 to 1000000, and perhaps { levels }, a list of them',
    isRateLimit,
  ),
  logLevelSignal: oneOf(LEVEL_SIGNALS, undefined),
} as const;

function logLevel(fallback: LogLevel): Option<LogLevel> {
  return {
    env: 'LOG_LEVEL',
    default: fallback,
    parse: (raw) => {
      const method = methodOf(raw);
      return method === undefined ? { allowed: `one of ${LEVELS.join(', ')}` } : { value: METHOD_LEVELS[method] };
    },
  };
}

function isSampling(raw: unknown): boolean {
  if (typeof raw !== 'object' || raw === null) return false;
  return Object.entries(raw).every(([level, share]) => isLevel(level) && isBetween(share, 0, 1));
}

function isRateLimit(raw: unknown): boolean {
  if (typeof raw !== 'object' || raw === null) return false;
  const { perSecond, levels = [], ...unknown } = raw as Record<string, unknown>;
  return (
    isBetween(perSecond, 1, 1_000_000) &&
    Number.isInteger(perSecond) &&
    Array.isArray(levels) &&
    levels.every(isLevel) &&
    Object.keys(unknown).length === 0
  );
}

function isLevel(name: unknown): boolean {
  return LEVELS.some((level) => level.toLowerCase() === String(name).toLowerCase());
}

function isBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}
