import { LEVEL, MESSAGE, SPLAT } from 'triple-beam';
import winston from 'winston';
import Transport from 'winston-transport';
import { currentContext } from '../context/context.ts';
import { readArguments } from './arguments.ts';
import { Audience } from './audience.ts';
import { EVENT_METHODS, type EventMethod } from './event-types.ts';
import { type Info, maskedInfo, mergeFields, methodOfInfo } from './info.ts';
import { type LogLevel, type LogMethod, METHOD_LEVELS, methodOf, WINSTON_LEVELS } from './levels.ts';
import type { LineWriter } from './line.ts';
import type { LineSink } from './sink.ts';
import type { Throttle } from './throttle.ts';
import { type WithTiming, withTiming } from './with-timing.ts';

/**
 * A winston logger with Telltale's levels, for which winston's own names work too, and a method for each event type:
 * `logger.audit('User deleted', { user_id })`. `level` takes any of the names, in any case of letters.
 */
export type Logger = winston.Logger &
  Readonly<Record<LogMethod, winston.LeveledLogMethod>> &
  Readonly<Record<EventMethod, LogEvent>> & { readonly withTiming: WithTiming };

/** Takes what a method for a level takes. */
type LogEvent = (message: unknown, ...meta: readonly unknown[]) => Logger;

/** What lines are made with and where they go. */
export interface LogOutput {
  lines: LineWriter;
  /** What the sink gets instead of a line. */
  view: ((line: string) => string) | undefined;
  sink: LineSink;
  throttle: Throttle | undefined;
}

/** What a logger is made of. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** Its parts may be exchanged while the logger lives. */
  readonly output: LogOutput;
  /** Called for each line written. */
  readonly onLine: (level: LogLevel) => void;
  /** Called with what went wrong inside; the caller of a log method never sees it. */
  readonly onError: (error: unknown) => void;
}

/** The line of an info that is in the sink already and goes to other transports only. */
const LINE = Symbol('line');
/** So many records wait for a transport that stands still; winston would keep them without end. */
const MAX_WAITING = 10_000;
const NONE: readonly object[] = [];

/**
 * A real winston `Logger` that writes JSON lines with the context's identifiers, masked. While its format is
 * untouched a line goes to its own sink directly, whatever becomes of other transports; these get a masked copy in
 * winston's way, with the same line as `info[MESSAGE]`. A log method never throws into its caller.
 */
export function createLogger({ level, output, onLine, onError }: LoggerOptions): Logger {
  const emit = (lineLevel: LogLevel, line: string): void => {
    const { view, sink } = output;
    sink.write(view === undefined ? line : view(line));
    onLine(lineLevel);
  };
  const lineOf = (info: Info): string => {
    // What winston itself puts together has lost its errors but for their messages.
    const splat = (info[SPLAT] ?? NONE) as readonly unknown[];
    const errors = splat.filter((each) => each instanceof Error).map((error) => ({ error }));
    const { level: _, message, ...fields } = info;
    return output.lines.write(METHOD_LEVELS[methodOfInfo(info)], message, currentContext(), [fields, ...errors]);
  };

  const format: winston.Logform.Format = {
    // What comes here is a copy already.
    transform: (info: Info) => Object.assign(info, { [MESSAGE]: ((info[LINE] as string) ?? lineOf(info)).trimEnd() }),
  };
  class SinkTransport extends Transport {
    override log(info: Info, next: () => void): void {
      if (info[LINE] === undefined) {
        output.sink.write(`${String(info[MESSAGE])}\n`);
        onLine(METHOD_LEVELS[methodOfInfo(info)]);
      }
      next();
    }
  }
  const own = new SinkTransport();
  // A transport forgets its logger when it is removed, and learns only of its first.
  own.on('pipe', (source) => Object.assign(own, { parent: source }));
  const logger = winston.createLogger({
    levels: WINSTON_LEVELS,
    level: level.toLowerCase(),
    format,
    transports: [own],
  }) as Logger;
  // Without a listener, a transport that fails would end the process.
  logger.on('error', onError);
  const { configure: configureByWinston } = logger;
  const writeByWinston: (info: Info) => boolean = logger.write;

  const audience = new Audience(logger, own);

  const toOthers = (info: Info, line: string | undefined): void => {
    if (logger.writableLength >= MAX_WAITING) throw new Error('A transport of the logger does not take its records');
    const masked = maskedInfo(info, currentContext(), output.lines.serialiser);
    if (line !== undefined) masked[LINE] = line;
    writeByWinston.call(logger, masked);
  };

  const isHeldBack = (method: LogMethod, message: unknown): boolean =>
    output.throttle !== undefined && !output.throttle.admits(METHOD_LEVELS[method], message);

  /** Writes a line of the arguments and `more`, `always` or as sampling and rate limit would have it. */
  function say(self: Logger, method: LogMethod, args: readonly unknown[], more = NONE, always = false): void {
    const plain = self === logger && !logger.defaultMeta;
    const alone = plain && audience.isAlone(method);
    const mine = alone || audience.takesDirectly(method);
    const theirs = !alone && audience.takesByWinston(method);
    if (!mine && !theirs) return;
    if (!always && isHeldBack(method, args[0])) return;
    const call = readArguments(args, output.lines.serialiser);
    const sources = more.length === 0 ? call.sources : [...call.sources, ...more];
    const { message, rest } = call;
    let line: string | undefined;
    if (plain && mine) {
      line = output.lines.write(METHOD_LEVELS[method], message, currentContext(), sources);
      emit(METHOD_LEVELS[method], line);
      if (!theirs) return;
    }
    const info = mergeFields([self.defaultMeta, ...sources]) as Info;
    info.level = method;
    info.message = message;
    info[LEVEL] = method;
    if (rest.length > 0) info[SPLAT] = rest;
    if (plain) toOthers(info, line);
    else self.write(info);
  }
  const guarded = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      onError(error);
    }
  };

  const overrides: PropertyDescriptorMap = {};
  const override = (name: string, value: unknown): void => {
    overrides[name] = { value, writable: true, configurable: true };
  };
  for (const method of Object.keys(METHOD_LEVELS) as LogMethod[]) {
    override(method, function (this: Logger | undefined, ...args: readonly unknown[]): Logger {
      const self = this ?? logger;
      try {
        say(self, method, args);
      } catch (error) {
        onError(error);
      }
      return self;
    });
  }
  for (const [type, { method, always }] of Object.entries(EVENT_METHODS)) {
    const about = [{ event_type: type }];
    override(type, function (this: Logger | undefined, ...args: readonly unknown[]): Logger {
      const self = this ?? logger;
      guarded(() => say(self, method, args, about, always));
      return self;
    });
  }
  override('withTiming', function (this: Logger | undefined, ...args: Parameters<WithTiming>): unknown {
    return withTiming(this ?? logger, output.lines.clock, args);
  });
  override('log', function (this: Logger | undefined, first: unknown, ...args: readonly unknown[]): Logger {
    const self = this ?? logger;
    guarded(() => {
      if (typeof first === 'string') say(self, methodOf(first) ?? 'info', args);
      else {
        const info = first as Info;
        const method = methodOf(info.level) ?? 'info';
        const isWanted = audience.takesDirectly(method) || audience.takesByWinston(method);
        if (isWanted && !isHeldBack(method, info.message)) self.write({ ...info, level: method, [LEVEL]: method });
      }
    });
    return self;
  });
  override('write', (info: Info): boolean => {
    guarded(() => {
      const method = methodOfInfo(info);
      const line = audience.takesDirectly(method) ? lineOf(info) : undefined;
      if (line !== undefined) emit(METHOD_LEVELS[method], line);
      if (audience.takesByWinston(method)) toOthers(info, line);
    });
    return true;
  });
  override('child', function (this: Logger | undefined, meta: object): Logger {
    const parent = this ?? logger;
    const write = (info: Info): boolean => parent.write({ ...mergeFields([meta]), ...info });
    return Object.create(parent, { write: { value: write, writable: true, configurable: true } });
  });
  // winston takes away the transports and the level that it is not given.
  override('configure', (options: winston.LoggerOptions = {}): void =>
    configureByWinston.call(logger, { level: logger.level, ...options, transports: options.transports ?? own }),
  );
  let current = logger.level;
  overrides.level = {
    get: () => current,
    set(this: Logger, name: unknown) {
      const method = methodOf(name);
      // As in winston, a child may have a level written on it, and it means nothing.
      if (this !== logger) Object.defineProperty(this, 'level', { value: name, writable: true, configurable: true });
      else if (method !== undefined) current = method;
      else onError(new Error(`No such log level: ${String(name)}`));
    },
    configurable: true,
    enumerable: true,
  };
  Object.defineProperties(logger, overrides);
  // Of what is a prototype V8 finds the properties faster than of what was changed so much: a tenth of a line's cost.
  Object.create(logger);
  return logger;
}
