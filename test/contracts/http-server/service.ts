import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CoreOptions, coreOptions, Monitor, resolveConfig } from '@telltale/core';
import { Registry } from 'prom-client';
import { onTestFinished, vi } from 'vitest';
import { type HttpOptions, httpOptions } from '../../../packages/http/src/options.ts';
import type { ServerDriver, TestApp, TestRoute } from './driver.ts';

/** A line of the log. */
export type Line = Readonly<Record<string, unknown>>;

/** A clock whose hands the test turns. */
export class HandClock {
  time = 1_000_000;
  readonly now = (): number => 1_800_000_000_000 + this.time;
  readonly monotonic = (): number => this.time;
  advance(ms: number): void {
    this.time += ms;
  }
}

/** What a test's service is started with. */
export interface ServiceOptions extends Pick<TestApp, 'before' | 'times'> {
  readonly options?: CoreOptions & HttpOptions;
  readonly routes?: readonly TestRoute[];
  readonly onServer?: (server: Server) => void;
}

/** A running service of a test, and what Telltale says of it. */
export class Service {
  readonly port: number;
  readonly monitor: Monitor;
  readonly #logFile: string;

  constructor(port: number, monitor: Monitor, logFile: string) {
    this.port = port;
    this.monitor = monitor;
    this.#logFile = logFile;
  }

  async scrape(format: 'text' | 'openmetrics' = 'text'): Promise<string> {
    let text = '';
    for await (const chunk of this.monitor.scrape(format)) text += chunk;
    return text;
  }

  /** The samples of a metric, as `GET /items/:id 200 = 1`: the values of its labels but `service`, then its own. */
  async samples(metric: string): Promise<string[]> {
    const text = await this.scrape();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
      .map((line) => {
        const labels = [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].filter(([, name]) => name !== 'service');
        return `${labels.map(([, , value = '']) => value.replaceAll('\\\\', '\\')).join(' ')} = ${line.slice(line.lastIndexOf(' ') + 1)}`;
      })
      .sort();
  }

  /** Waits until so many requests are under way. */
  async inFlight(count: number): Promise<void> {
    await vi.waitFor(
      async () => {
        const samples = await this.samples('http_requests_in_flight');
        if (samples[0] !== ` = ${count}`) throw new Error(`${samples[0]} requests in flight, not ${count}`);
      },
      { timeout: 5_000, interval: 2 },
    );
  }

  /** `http_requests_total` once every request has ended and `count` were counted. */
  async requests(count: number): Promise<string[]> {
    return vi.waitFor(
      async () => {
        const samples = await this.samples('http_requests_total');
        const total = samples.reduce((sum, sample) => sum + Number(sample.split(' = ')[1]), 0);
        const [inFlight] = await this.samples('http_requests_in_flight');
        if (total < count || inFlight !== ' = 0') throw new Error(`${inFlight} in flight; ${samples.join('; ')}`);
        return samples;
      },
      { timeout: 5_000, interval: 5 },
    );
  }

  /** The lines of an event type, once there are `count`. */
  async lines(eventType: string, count = 1): Promise<Line[]> {
    return vi.waitFor(
      () => {
        const lines = this.allLines().filter((line) => line.event_type === eventType);
        if (lines.length < count) throw new Error(`${lines.length} lines of ${eventType}, not ${count}`);
        return lines;
      },
      { timeout: 5_000, interval: 5 },
    );
  }

  /** Every line written so far. */
  allLines(): Line[] {
    return readFileSync(this.#logFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  }
}

/** Starts a service on a free port; it ends with the test. */
export async function startService(driver: ServerDriver, setup: ServiceOptions = {}): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-'));
  const logFile = join(folder, 'log.jsonl');
  const { options = {}, routes = [], onServer, ...rest } = setup;
  const config = resolveConfig(
    { ...coreOptions, ...httpOptions },
    {
      serviceName: 'test',
      version: '1',
      logDestination: logFile,
      registry: new Registry(),
      defaultMetrics: false,
      ...options,
    },
    {},
  );
  const monitor = new Monitor(config);
  const server = await driver.create({ monitor, config, routes, ...rest });
  onServer?.(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections?.();
    await new Promise((resolve) => server.close(resolve));
    await monitor.close();
    rmSync(folder, { recursive: true });
  });
  return new Service((server.address() as AddressInfo).port, monitor, logFile);
}
