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

/**
 * A real winston `Logger` that writes JSON lines with the context's identifiers, masked. While its own sink is its
 * only transport and its format is untouched, a line goes to the sink directly; with any other transport it takes
 * winston's way, and `info[MESSAGE]` is the same masked line. A log method never throws into its caller.
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
      emit(levelOf(info), `${String(info[MESSAGE])}\n`);
      next();
    }
  }
  const own = new SinkTransport();
  const transports = [own];
  const logger = winston.createLogger({
    levels: WINSTON_LEVELS,
    level: level.toLowerCase(),
    format,
    transports,
    exitOnError: false,
  }) as Logger;

  // Read anew for each line: users add transports and change levels while the service runs.
  const isDirect = (): boolean =>
    logger.transports.length === 1 && logger.transports[0] === own && logger.format === format && !logger.silent;
  const isEnabled = (method: LogMethod): boolean =>
    WINSTON_LEVELS[method] <= WINSTON_LEVELS[(own.level ?? logger.level) as LogMethod];

  const overrides: PropertyDescriptorMap = {};
  const override = (name: string, value: unknown): void => {
    overrides[name] = { value, writable: true, configurable: true };
  };
  for (const [method, lineLevel] of Object.entries(METHOD_LEVELS) as [LogMethod, LogLevel][]) {
    override(method, function (this: Logger | undefined, ...args: readonly unknown[]): Logger {
      const self = this ?? logger;
      try {
        const direct = isDirect();
        if (direct && !isEnabled(method)) return self;
        const { message, sources } = readArguments(args);
        if (direct && self === logger && !logger.defaultMeta) {
          emit(lineLevel, output.lines.write(lineLevel, message, currentContext(), sources));
        } else {
          self.write(Object.assign({}, self.defaultMeta, ...sources, { level: method, [LEVEL]: method, message }));
        }
      } catch (error) {
        onError(error);
      }
      return self;
    });
  }
  override(
    'log',
    function (this: Logger | undefined, first: unknown, ...args: Parameters<winston.LeveledLogMethod>): Logger {
      const self = this ?? logger;
      if (typeof first === 'string') {
        self[first in METHOD_LEVELS ? (first as LogMethod) : 'info'](...args);
        return self;
      }
      const info = first as Info;
      self.write({ ...info, [LEVEL]: info.level });
      return self;
    },
  );
  const writeByWinston: (info: Info) => boolean = logger.write;
  override('write', (info: Info): boolean => {
    try {
      if (!isDirect()) return writeByWinston.call(logger, info);
      if (isEnabled((info[LEVEL] ?? info.level) as LogMethod)) emit(levelOf(info), lineOf(info));
    } catch (error) {
      onError(error);
    }
    return true;
  });
  Object.defineProperties(logger, overrides);
  return logger;
}

function levelOf(info: Info): LogLevel {
  return METHOD_LEVELS[(info[LEVEL] ?? info.level) as LogMethod] ?? 'INFO';
}
