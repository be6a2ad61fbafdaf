import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import promClient from 'prom-client';
import { onTestFinished } from 'vitest';
import type { Clock } from '../src/clock.ts';
import type { CoreOptions } from '../src/config/core-options.ts';
import type { ExpositionFormat } from '../src/exposition/format.ts';
import { createMonitor, type Monitor } from '../src/monitor.ts';

/** A clock whose hands the test turns. */
export interface TestClock extends Clock {
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

/** A monitor with everything that a test looks at. */
export interface TestMonitor {
  readonly monitor: Monitor;
  readonly registry: promClient.Registry;
  readonly clock: TestClock;
  /** What was given to `onError`, as text. */
  readonly errors: readonly string[];
  /** The exposition; with a metric's name, only its samples, without the label `service`. */
  scrape(name?: string, format?: ExpositionFormat): Promise<string>;
  /** The log so far, line by line. */
  rawLog(): readonly string[];
  /** The log so far as records. */
  log(): readonly Record<string, unknown>[];
}

/** A monitor of the service `orders`, closed when the test is over. */
export function testMonitor(options: CoreOptions = {}): TestMonitor {
  const registry = new promClient.Registry();
  const clock = testClock();
  const errors: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'telltale-core-'));
  const file = join(folder, 'log.jsonl');
  const monitor = createMonitor(
    {
      serviceName: 'orders',
      version: '1.2.3',
      environment: 'test',
      registry,
      clock,
      defaultMetrics: false,
      logDestination: file,
      onError: (error, component) => errors.push(`${component}: ${error instanceof Error ? error.message : error}`),
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
  return {
    monitor,
    registry,
    clock,
    errors,
    rawLog,
    log: () => rawLog().map((line) => JSON.parse(line)),
    scrape: async (name, format) => {
      let text = '';
      for await (const chunk of monitor.scrape(format)) text += chunk;
      return name === undefined ? text : samplesOf(text, name);
    },
  };
}

function samplesOf(text: string, name: string): string {
  return text
    .split('\n')
    .filter(
      (line) => line.startsWith(name) && !/^\w/.test(line.slice(name.length).replace(/^_(bucket|sum|count|total)/, '')),
    )
    .map((line) => line.replace(/(?<=\{)service="orders",?|,service="orders"/, '').replace('{}', ''))
    .join('\n');
}
