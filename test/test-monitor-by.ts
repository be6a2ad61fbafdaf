import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import promClient from 'prom-client';
import { onTestFinished } from 'vitest';

/** A clock whose hands the test turns. */
export interface TestClock {
  now(): number;
  monotonic(): number;
  advance(milliseconds: number): void;
}

/** Starts at 2026-11-22T10:00:00.000Z. */
export function testClock(): TestClock {
  let passed = 0;
  return {
    now: () => Date.UTC(2026, 10, 22, 10) + passed,
    monotonic: () => passed,
    advance: (milliseconds) => {
      passed += milliseconds;
    },
  };
}

/** What is needed of a monitor, be it of core's source or of the package that was built of it. */
interface MonitorLike {
  scrape(format?: 'text' | 'openmetrics'): AsyncIterable<string>;
  flush(): void;
  close(): Promise<void>;
}

/** A monitor with everything that a test looks at. */
export interface TestMonitorOf<M> {
  readonly monitor: M;
  readonly registry: promClient.Registry;
  readonly clock: TestClock;
  /** What was given to `onError`, as text. */
  readonly errors: readonly string[];
  /** The exposition; with a metric's name, only its samples, without the label `service`. */
  scrape(name?: string, format?: 'text' | 'openmetrics'): Promise<string>;
  /**
   * The samples of a metric, sorted, as `redis get hit = 1`: the values of its labels but `service`, then its own.
   * Counters that have not counted yet are left out.
   */
  samples(name: string): Promise<readonly string[]>;
  /** The log so far, line by line. */
  rawLog(): readonly string[];
  /** The log so far as records. */
  log(): readonly Record<string, unknown>[];
}

/** A monitor of the service `orders` that `create` makes, closed when the test is over. */
export function testMonitorBy<O, M extends MonitorLike>(
  create: (options: O, env: NodeJS.ProcessEnv) => M,
  options: O,
): TestMonitorOf<M> {
  const registry = new promClient.Registry();
  const clock = testClock();
  const errors: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'telltale-monitor-'));
  const file = join(folder, 'log.jsonl');
  const monitor = create(
    {
      serviceName: 'orders',
      version: '1.2.3',
      environment: 'test',
      registry,
      clock,
      defaultMetrics: false,
      logDestination: file,
      onError: (error: unknown, component: string) =>
        errors.push(`${component}: ${error instanceof Error ? error.message : error}`),
      ...options,
    },
    {},
  );
  onTestFinished(async () => {
    await monitor.close();
    rmSync(folder, { recursive: true });
  });
  const rawLog = (): string[] => {
    monitor.flush();
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  };
  const scrape = async (format?: 'text' | 'openmetrics'): Promise<string> => {
    let text = '';
    for await (const chunk of monitor.scrape(format)) text += chunk;
    return text;
  };
  return {
    monitor,
    registry,
    clock,
    errors,
    rawLog,
    log: () => rawLog().map((line) => JSON.parse(line)),
    scrape: async (name, format) => {
      const text = await scrape(format);
      return name === undefined ? text : linesOf(text, name);
    },
    samples: async (name) => samplesOf(await scrape(), name),
  };
}

function linesOf(text: string, name: string): string {
  return text
    .split('\n')
    .filter(
      (line) => line.startsWith(name) && !/^\w/.test(line.slice(name.length).replace(/^_(bucket|sum|count|total)/, '')),
    )
    .map((line) => line.replace(/(?<=\{)service="orders",?|,service="orders"/, '').replace('{}', ''))
    .join('\n');
}

function samplesOf(text: string, name: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => {
      const labels = [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].filter(([, label]) => label !== 'service');
      return `${labels.map(([, , value]) => value).join(' ')} = ${line.slice(line.lastIndexOf(' ') + 1)}`;
    })
    .filter((sample) => !name.endsWith('_total') || !sample.endsWith(' = 0'))
    .sort();
}
