import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createMonitor } from '@telltale/core';
import promClient from 'prom-client';
import winston from 'winston';
import { LogFiles } from './log-files.ts';
import { fieldsOf, MESSAGE } from './log-lines.ts';
import { atMost, type Bench, timingRows } from './report.ts';
import { interleave, ratio, type Timing, type Variant } from './rounds.ts';

const files = new LogFiles();

/** A variant that ends its file. */
interface LogVariant extends Variant {
  end(): void | Promise<void>;
}

/** One operation is one log line of twelve fields to a winston transport of the user's own, masked. */
export const bench: Bench = {
  title: "A log line of 12 fields, to a user's own winston transport",
  async run() {
    const variants = [
      telltale(),
      winstonTo('winston, masking format', winston.format(maskByHand)()),
      winstonTo('winston, JSON', undefined),
    ];
    try {
      const timings = await interleave(variants, { rounds: 40 });
      for (const [i, variant] of variants.entries()) {
        await variant.end();
        files.check(variant.name, timings[i]!.operations);
      }
      const [ours, masking] = timings as [Timing, Timing, Timing];
      return {
        rows: timingRows(timings, 'µs', masking),
        goals: [atMost(1, "with a user's transport no dearer than winston and a masking format", ratio(ours, masking))],
      };
    } finally {
      files.remove();
    }
  },
};

/** Its own log goes to a file too, as it does where a user adds a transport. */
function telltale(): LogVariant {
  const name = 'telltale, masked, and its own log';
  const monitor = createMonitor({
    serviceName: 'bench',
    environment: 'bench',
    registry: new promClient.Registry(),
    defaultMetrics: false,
    logDestination: files.path(`${name}, own`),
  });
  const { logger } = monitor;
  const stream = createWriteStream(files.path(name));
  const transport = new winston.transports.Stream({ stream });
  logger.add(transport);
  return {
    name,
    run: (count) => write(logger, stream, count),
    async end() {
      logger.remove(transport);
      await monitor.close();
      await new Promise<void>((resolve) => stream.end(resolve));
    },
  };
}

function winstonTo(name: string, masking: winston.Logform.Format | undefined): LogVariant {
  const { combine, json, timestamp } = winston.format;
  const stream = createWriteStream(files.path(name));
  const logger = winston.createLogger({
    defaultMeta: { service: 'bench', environment: 'bench' },
    format: combine(...(masking === undefined ? [] : [masking]), timestamp(), json()),
    transports: [new winston.transports.Stream({ stream })],
  });
  return {
    name,
    run: (count) => write(logger, stream, count),
    end: () => new Promise((resolve) => logger.on('finish', () => stream.end(resolve)).end()),
  };
}

async function write(
  logger: winston.Logger,
  stream: NodeJS.WritableStream & { writableNeedDrain: boolean },
  count: number,
) {
  for (let i = 0; i < count; i++) {
    logger.info(MESSAGE, fieldsOf(i));
    // The stream takes so many lines at a time; more would only pile up.
    if (stream.writableNeedDrain) await once(stream, 'drain');
  }
}

const SECRET_KEY = /password|passwd|secret|token|authorization|api_?-?key|cookie|credit_?card|cvv|ssn/i;
const SECRET_VALUES: readonly (readonly [pattern: RegExp, mask: string])[] = [
  [/\b(?:\d[ -]?){12,18}\d\b/g, '[CARD]'],
  [/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b/g, '[EMAIL]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[JWT]'],
  [/\bBearer [\w.~+/=-]+/gi, 'Bearer [TOKEN]'],
];

/** What services write for themselves: secret keys at any depth, and four kinds of value. */
function maskByHand(info: winston.Logform.TransformableInfo): winston.Logform.TransformableInfo {
  for (const key of Object.keys(info)) info[key] = masked(key, info[key]);
  return info;
}

function masked(key: string, value: unknown): unknown {
  if (SECRET_KEY.test(key)) return '[REDACTED]';
  if (typeof value === 'string') {
    return SECRET_VALUES.reduce((text, [pattern, mask]) => text.replace(pattern, mask), value);
  }
  if (Array.isArray(value)) return value.map((item) => masked('', item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(name, inner)]));
}
