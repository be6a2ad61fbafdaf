import { once } from 'node:events';
import { closeSync, createWriteStream, openSync, writeSync } from 'node:fs';
import { createMonitor } from '@telltale/core';
import pino from 'pino';
import promClient from 'prom-client';
import winston from 'winston';
import { LogFiles } from './log-files.ts';
import { fieldsOf, MESSAGE } from './log-lines.ts';
import { atMost, type Bench, timingRows } from './report.ts';
import { interleave, ratio, type Timing, type Variant } from './rounds.ts';

/** As many characters are written at once by us and by the bare serialiser. pino is given what it is fastest with. */
const BATCH_LENGTH = 16_384;
const REDACT = ['password', 'token', 'authorization', 'order.card', 'user.email', 'apiKey'];

const files = new LogFiles();

/** A variant that ends its file. */
interface LogVariant extends Variant {
  end(): void | Promise<void>;
}

/** One operation is one log line of twelve fields to a file, masked by key where the variant does that. */
export const bench: Bench = {
  title: 'A log line of 12 fields, to a file',
  async run() {
    const variants = [
      telltale(),
      pinoTo('pino', {}, 8_192),
      pinoTo('pino, six redact paths', { redact: REDACT }, 8_192),
      pinoTo('pino, unbuffered', {}, 0),
      winstonTo('winston, JSON'),
      stringify(),
    ];
    try {
      const timings = await interleave(variants, { rounds: 40 });
      for (const [i, variant] of variants.entries()) {
        await variant.end();
        files.check(variant.name, timings[i]!.operations);
      }
      const [ours, , redacting, , winstons, bare] = timings as [Timing, Timing, Timing, Timing, Timing, Timing];
      return {
        rows: timingRows(timings, 'µs', ours),
        goals: [
          atMost(1, 'no dearer than pino with six redact paths', ratio(ours, redacting)),
          atMost(0.5, "at most half of winston's own line", ratio(ours, winstons)),
          atMost(1.5, 'at most 1.5 times bare JSON.stringify', ratio(ours, bare)),
        ],
      };
    } finally {
      files.remove();
    }
  },
};

function telltale(): LogVariant {
  const name = 'telltale, masked';
  const monitor = createMonitor({
    serviceName: 'bench',
    environment: 'bench',
    registry: new promClient.Registry(),
    defaultMetrics: false,
    logDestination: files.path(name),
  });
  const { logger } = monitor;
  return {
    name,
    run(count) {
      for (let i = 0; i < count; i++) logger.info(MESSAGE, fieldsOf(i));
    },
    end: () => monitor.close(),
  };
}

function pinoTo(name: string, options: pino.LoggerOptions, minLength: number): LogVariant {
  const stream = pino.destination({ dest: files.path(name), sync: true, minLength });
  const logger = pino({ base: { service: 'bench', environment: 'bench' }, ...options }, stream);
  return {
    name,
    run(count) {
      for (let i = 0; i < count; i++) logger.info(fieldsOf(i), MESSAGE);
    },
    end: () => stream.flushSync(),
  };
}

function winstonTo(name: string): LogVariant {
  const stream = createWriteStream(files.path(name));
  const logger = winston.createLogger({
    defaultMeta: { service: 'bench', environment: 'bench' },
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream })],
  });
  return {
    name,
    async run(count) {
      for (let i = 0; i < count; i++) {
        logger.info(MESSAGE, fieldsOf(i));
        // Its stream takes so many lines at a time; more would only pile up.
        if (stream.writableNeedDrain) await once(stream, 'drain');
      }
    },
    end: () => new Promise((resolve) => logger.on('finish', () => stream.end(resolve)).end()),
  };
}

/** What no logger can undercut by much: the platform's own serialiser and a buffer. */
function stringify(): LogVariant {
  const name = 'JSON.stringify, buffered';
  const file = openSync(files.path(name), 'a');
  let text = '';
  const flush = (): void => {
    writeSync(file, text);
    text = '';
  };
  return {
    name,
    run(count) {
      for (let i = 0; i < count; i++) {
        text += `${JSON.stringify({ level: 'INFO', time: Date.now(), service: 'bench', environment: 'bench', message: MESSAGE, ...fieldsOf(i) })}\n`;
        if (text.length >= BATCH_LENGTH) flush();
      }
    },
    end() {
      flush();
      closeSync(file);
    },
  };
}
