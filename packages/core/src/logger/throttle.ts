import type { Clock } from '../clock.ts';
import { LEVELS, type LogLevel, METHOD_LEVELS, methodOf } from './levels.ts';

type LevelName = LogLevel | Lowercase<LogLevel>;

/** The part of a level's lines that is written, from 0 to 1. A level that is not named is written whole. */
export type LogSampling = Readonly<Partial<Record<LevelName, number>>>;

/** How often the same message is written at the same level. */
export interface LogRateLimit {
  /** So many times in one second. */
  readonly perSecond: number;
  /** @default ['DEBUG', 'INFO', 'WARNING'] */
  readonly levels?: readonly LevelName[] | undefined;
}

/** One message, of which so many lines were held back. */
export interface HeldBack {
  readonly level: LogLevel;
  readonly message: string;
  readonly lines: number;
}

/** Why a line was not written. */
type HoldReason = 'sampling' | 'rate_limit';

/** What a throttle is made of. */
export interface ThrottleOptions {
  readonly sampling: LogSampling | undefined;
  readonly rateLimit: LogRateLimit | undefined;
  readonly clock: Clock;
  /** A number from 0 to below 1. */
  readonly random?: () => number;
  /** Called for each line that is held back. */
  readonly onHold: (level: LogLevel, reason: HoldReason) => void;
  /** Called at the end of a second with how many lines the rate limit held back in it, and the messages with the most. */
  readonly onSecond: (lines: number, messages: readonly HeldBack[]) => void;
}

/** Decides which lines are written where not all of them are wanted. */
export interface Throttle {
  /** `message` as it is given, before values are put in place of `%s`: the same message with other values counts as the same. */
  admits(level: LogLevel, message: unknown): boolean;
  /** Tells what was held back and not told yet. */
  close(): void;
}

const WINDOW_MS = 1_000;
/** So many messages are told apart within a second; any further one is written. */
const MAX_MESSAGES = 1_000;
/** So much of a message counts. */
const MAX_LENGTH = 200;
const MESSAGES_TOLD = 5;

/** Makes a throttle; `undefined` where every line is to be written. */
export function createThrottle(options: ThrottleOptions): Throttle | undefined {
  const { sampling, rateLimit, clock, random = Math.random, onHold, onSecond } = options;
  if (sampling === undefined && rateLimit === undefined) return undefined;
  const shares = new Map(Object.entries(sampling ?? {}).map(([name, share]) => [levelOf(name), share]));
  const { perSecond = Number.POSITIVE_INFINITY, levels = ['DEBUG', 'INFO', 'WARNING'] } = rateLimit ?? {};
  const limited = new Set(rateLimit === undefined ? [] : levels.map(levelOf));
  const counts = new Map(LEVELS.map((level) => [level, new Map<string, number>()]));
  let windowStart = Number.NEGATIVE_INFINITY;
  let known = 0;
  let held = 0;
  let timer: NodeJS.Timeout | undefined;

  function endWindow(): void {
    clearTimeout(timer);
    timer = undefined;
    const lines = held;
    const messages = lines === 0 ? [] : mostHeldBack();
    for (const byMessage of counts.values()) byMessage.clear();
    known = 0;
    held = 0;
    if (lines > 0) onSecond(lines, messages);
  }

  function mostHeldBack(): readonly HeldBack[] {
    const all = [...counts].flatMap(([level, byMessage]) =>
      [...byMessage].map(([message, count]) => ({ level, message, lines: count - perSecond })),
    );
    return all
      .filter(({ lines }) => lines > 0)
      .sort((a, b) => b.lines - a.lines)
      .slice(0, MESSAGES_TOLD);
  }

  function isWithinLimit(level: LogLevel, message: string): boolean {
    const now = clock.monotonic();
    if (now - windowStart >= WINDOW_MS) {
      windowStart = now;
      endWindow();
    }
    const byMessage = counts.get(level)!;
    const count = byMessage.get(message);
    if (count === undefined && known >= MAX_MESSAGES) return true;
    if (count === undefined) known++;
    byMessage.set(message, (count ?? 0) + 1);
    if ((count ?? 0) < perSecond) return true;
    held++;
    // The service may have nothing more to say.
    timer ??= setTimeout(endWindow, WINDOW_MS).unref();
    return false;
  }

  return {
    admits(level, message) {
      const share = shares.get(level);
      if (share !== undefined && share < 1 && random() >= share) {
        onHold(level, 'sampling');
        return false;
      }
      if (!limited.has(level) || isWithinLimit(level, textOf(message))) return true;
      onHold(level, 'rate_limit');
      return false;
    },
    close: endWindow,
  };
}

function levelOf(name: string): LogLevel {
  return METHOD_LEVELS[methodOf(name) ?? 'info'];
}

/** What lines have in common that are of one message. */
function textOf(message: unknown): string {
  try {
    const text = typeof message === 'object' && message !== null ? (message as Partial<Error>).message : message;
    return typeof text === 'string' ? text.slice(0, MAX_LENGTH) : '';
  } catch {
    return '';
  }
}
