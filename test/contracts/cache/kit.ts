import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CoreOptions, createMonitor, type Monitor } from '@telltale/core';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';

/** A clock whose hands the test turns. */
class HandClock {
  time = 1_000_000;
  readonly now = (): number => 1_800_000_000_000 + this.time;
  readonly monotonic = (): number => this.time;
  advance(ms: number): void {
    this.time += ms;
  }
}

/** A monitor of a test, closed when the test is over. */
export class TestMonitor {
  readonly monitor: Monitor;
  readonly clock = new HandClock();
  /** What was given to `onError`, as text. */
  readonly errors: string[] = [];
  readonly #logFile: string;

  constructor(options: CoreOptions = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'telltale-cache-'));
    this.#logFile = join(folder, 'log.jsonl');
    this.monitor = createMonitor(
      {
        serviceName: 'test',
        registry: new Registry(),
        clock: this.clock,
        defaultMetrics: false,
        logDestination: this.#logFile,
        onError: (error, component) => this.errors.push(`${component}: ${error}`),
        ...options,
      },
      {},
    );
    onTestFinished(async () => {
      await this.monitor.close();
      rmSync(folder, { recursive: true });
    });
  }

  async scrape(): Promise<string> {
    let text = '';
    for await (const chunk of this.monitor.scrape()) text += chunk;
    return text;
  }

  /**
   * The samples of a metric, as `redis get hit = 1`: the values of its labels but `service`, then its own. Counters that
   * have not counted yet are left out.
   */
  async samples(metric: string): Promise<string[]> {
    const text = await this.scrape();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
      .map((line) => {
        const labels = [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].filter(([, name]) => name !== 'service');
        return `${labels.map(([, , value]) => value).join(' ')} = ${line.slice(line.lastIndexOf(' ') + 1)}`;
      })
      .filter((sample) => !metric.endsWith('_total') || !sample.endsWith(' = 0'))
      .sort();
  }

  /** The samples of a counter with the labels `cache operation result`, summed by operation. */
  async operations(
    results: readonly string[] = ['hit', 'partial', 'miss', 'ok', 'error'],
  ): Promise<Map<string, number>> {
    const sums = new Map<string, number>();
    for (const sample of await this.samples('cache_operations_total')) {
      const [labels = '', value] = sample.split(' = ');
      const [, operation = '', result = ''] = labels.split(' ');
      if (results.includes(result)) sums.set(operation, (sums.get(operation) ?? 0) + Number(value));
    }
    return sums;
  }

  /** The log so far, as text. */
  rawLog(): string {
    this.monitor.flush();
    return readFileSync(this.#logFile, 'utf8');
  }

  /** The log so far, line by line. */
  log(): Record<string, unknown>[] {
    return this.rawLog()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }
}
