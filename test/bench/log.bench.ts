import { once } from 'node:events';
import { closeSync, createWriteStream, openSync, writeSync } from 'node:fs';
import { createMonitor } from '@telltale/core';
import pino from 'pino';
import promClient from 'prom-client';
import winston from 'winston';
import { LogFiles } from './log-files.ts';
import { type Bench, timingRows } from './report.ts';
import { interleave, type Variant } from './rounds.ts';

const MESSAGE = 'Order shipped';
/** What a service says of something that happened: twelve fields, one of them an object. */
const FIELDS = {
  event_type: 'business',
  correlation_id: '0197f2aa-6c1e-7c3b-9d43-7a2f1c0e5b11',
  method: 'POST',
  path: '/api/v1/orders/42/ship',
  route: '/api/v1/orders/:id/ship',
  status_code: 202,
  duration_ms: 12.34,
  user_id: 'u-20931',
  order: { id: '42', total: 199.9, items: 3 },
  carrier: 'DHL "Express"',
  express: true,
  attempt: 1,
};
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
      return { rows: timingRows(timings, 'µs', timings[0]!), goals: [] };
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
      for (let i = 0; i < count; i++) logger.info(MESSAGE, FIELDS);
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
      for (let i = 0; i < count; i++) logger.info(FIELDS, MESSAGE);
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
        logger.info(MESSAGE, FIELDS);
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
        text += `${JSON.stringify({ level: 'INFO', time: Date.now(), service: 'bench', environment: 'bench', message: MESSAGE, ...FIELDS })}\n`;
        if (text.length >= 8_192) flush();
      }
    },
    end() {
      flush();
      closeSync(file);
    },
  };
}
