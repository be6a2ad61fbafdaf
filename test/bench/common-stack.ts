import { AsyncLocalStorage } from 'node:async_hooks';
import { createWriteStream } from 'node:fs';
import { DEFAULT_BUCKETS } from '@telltale/core';
import promClient from 'prom-client';
import { v4 } from 'uuid';
import winston from 'winston';

const labelNames = ['method', 'route', 'status_code'];

/** prom-client, winston and uuid put together as services commonly do: the same data as Telltale's, by hand. */
export class CommonStack {
  readonly storage = new AsyncLocalStorage<string>();
  readonly register = new promClient.Registry();
  readonly #requests = new promClient.Counter({
    name: 'http_requests_total',
    help: 'Requests.',
    labelNames,
    registers: [this.register],
  });
  readonly #duration = new promClient.Histogram({
    name: 'http_request_duration_seconds',
    help: 'Durations.',
    labelNames,
    buckets: [...DEFAULT_BUCKETS],
    registers: [this.register],
  });
  readonly #logger: winston.Logger;

  constructor(path: string) {
    this.#logger = winston.createLogger({
      defaultMeta: { service: 'bench', environment: 'bench' },
      format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
      transports: [new winston.transports.Stream({ stream: createWriteStream(path) })],
    });
  }

  newId(inbound: string | string[] | undefined): string {
    return typeof inbound === 'string' ? inbound : v4();
  }

  end(startedAt: number, method: string, route: string, url: string, status: number): void {
    const durationMs = performance.now() - startedAt;
    const labels = { method, route, status_code: status };
    this.#requests.inc(labels);
    this.#duration.observe(labels, durationMs / 1000);
    this.#logger.info(`${method} ${url} ${status}`, {
      event_type: 'response',
      correlation_id: this.storage.getStore(),
      method,
      path: url,
      route,
      status_code: status,
      duration_ms: Math.round(durationMs * 100) / 100,
    });
  }

  async total(): Promise<number> {
    return (await this.#requests.get()).values.reduce((sum, { value }) => sum + value, 0);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#logger.on('finish', resolve).end());
  }
}
