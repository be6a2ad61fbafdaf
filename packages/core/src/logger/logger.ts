import { LEVEL, MESSAGE, SPLAT } from 'triple-beam';
import winston from 'winston';
import Transport from 'winston-transport';
import { currentContext } from '../context/context.ts';
import { readArguments } from './arguments.ts';
import { type LogLevel, type LogMethod, METHOD_LEVELS, WINSTON_LEVELS } from './levels.ts';
import type { LineWriter } from './line.ts';
import type { LineSink } from './sink.ts';

/** A winston logger with Telltale's levels; winston's own names for them work too. */
export type Logger = winston.Logger & Readonly<Record<LogMethod, winston.LeveledLogMethod>>;

/** What a logger is made of. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** What lines are made with and where they go; both may be exchanged while the logger lives. */
  readonly output: { lines: LineWriter; sink: LineSink };
  /** Called for each line written. */
  readonly onLine: (level: LogLevel) => void;
  /** Called with what went wrong inside; the caller of a log method never sees it. */
  readonly onError: (error: unknown) => void;
}

type Info = winston.Logform.TransformableInfo;

/** Marks what is already in the sink and goes to the other transports only. */
const WRITTEN = Symbol('written');

/**
 * A real winston `Logger` that writes JSON lines with the context's identifiers, masked. While its format is
 * untouched a line goes to its own sink directly, whatever becomes of other transports; these get it in winston's
 * way, and `info[MESSAGE]` is the same masked line. A log method never throws into its caller.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, output, onLine, onError } = options;

  const emit = (lineLevel: LogLevel, line: string): void => {
    output.sink.write(line);
    onLine(lineLevel);
  };
  const lineOf = (info: Info): string => {
    // What winston itself puts together has lost its errors but for their messages.
    const splat = (info[SPLAT] ?? []) as readonly unknown[];
    const errors = splat.filter((each) => each instanceof Error).map((error) => ({ error }));
    const { level: _, message, ...fields } = info;
    return output.lines.write(levelOf(info), message, currentContext(), [fields, ...errors]);
  };

  const format: winston.Logform.Format = {
    // The same `info` goes to every transport, so the line is put on a copy.
    transform: (info: Info) => ({ ...info, [MESSAGE]: lineOf(info).trimEnd() }),
  };
  class SinkTransport extends Transport {
    override log(info: Info, next: () => void): void {
      if (!info[WRITTEN]) emit(levelOf(info), `${String(info[MESSAGE])}\n`);
      next();
    }
  }
  const own = new SinkTransport();
  const logger = winston.createLogger({
    levels: WINSTON_LEVELS,
    level: level.toLowerCase(),
    format,
    transports: [own],
    exitOnError: false,
  }) as Logger;
  // Without a listener, a transport that fails would end the process.
  logger.on('error', onError);

  // Read anew for each line: users add transports and change levels while the service runs.
  const isDirect = (): boolean => logger.format === format && !logger.silent && logger.transports.includes(own);
  const isEnabled = (method: LogMethod): boolean => WINSTON_LEVELS[method] <= rankOf(own.level ?? logger.level);
  const toOthers = (info: Info, direct: boolean): void => {
    if (!direct || logger.transports.length > 1) writeByWinston.call(logger, { ...info, [WRITTEN]: direct });
  };
  const writeByWinston: (info: Info) => boolean = logger.write;

  const say = (self: Logger, method: LogMethod, args: readonly unknown[]): void => {
    const direct = isDirect();
    const enabled = direct && isEnabled(method);
    if (direct && !enabled && logger.transports.length === 1) return;
    const { message, sources } = readArguments(args, output.lines.serialiser);
    const plain = self === logger && !logger.defaultMeta;
    if (plain && enabled) {
      emit(METHOD_LEVELS[method], output.lines.write(METHOD_LEVELS[method], message, currentContext(), sources));
      if (logger.transports.length === 1) return;
    }
    const info = { ...merge([self.defaultMeta, ...sources]), level: method, [LEVEL]: method, message };
    if (plain) toOthers(info, direct);
    else self.write(info);
  };
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
  override('log', function (this: Logger | undefined, first: unknown, ...args: readonly unknown[]): Logger {
    const self = this ?? logger;
    guarded(() => {
      if (typeof first === 'string') say(self, methodOf(first), args);
      else {
        const method = methodOf((first as Info).level);
        self.write({ ...(first as Info), level: method, [LEVEL]: method });
      }
    });
    return self;
  });
  override('write', (info: Info): boolean => {
    guarded(() => {
      const direct = isDirect();
      if (direct && isEnabled(methodOf(info[LEVEL] ?? info.level))) emit(levelOf(info), lineOf(info));
      toOthers(info, direct);
    });
    return true;
  });
  override('child', function (this: Logger | undefined, meta: object): Logger {
    const parent = this ?? logger;
    const write = (info: Info): boolean => parent.write({ ...merge([meta]), ...info });
    return Object.create(parent, { write: { value: write, writable: true, configurable: true } });
  });
  Object.defineProperties(logger, overrides);
  return logger;
}

/** The method that a level's name in any case stands for; of an unknown one, `info`. */
function methodOf(level: unknown): LogMethod {
  const name = String(level);
  if (Object.hasOwn(METHOD_LEVELS, name)) return name as LogMethod;
  const folded = name.toLowerCase();
  return Object.hasOwn(METHOD_LEVELS, folded) ? (folded as LogMethod) : 'info';
}

function rankOf(level: string): number {
  return WINSTON_LEVELS[level as LogMethod] ?? WINSTON_LEVELS[methodOf(level)];
}

/** The fields of all sources in one object, since winston knows only one. */
function merge(sources: readonly (object | undefined)[]): Record<string, unknown> {
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

const UNREADABLE = '[unreadable]';

function read(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}

function levelOf(info: Info): LogLevel {
  return METHOD_LEVELS[methodOf(info[LEVEL] ?? info.level)];
}
