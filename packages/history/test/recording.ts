import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMonitor, type Monitor } from '@telltale/core';
import promClient from 'prom-client';
import { onTestFinished } from 'vitest';
import { type History, startHistory } from '../src/history.ts';
import type { HistoryOptions } from '../src/options.ts';
import { temporaryFolder } from './samples.ts';
import { START } from './series.ts';

/** A monitor whose history a test flushes itself, and whose clock it sets. */
export interface Recording {
  readonly monitor: Monitor;
  readonly registry: promClient.Registry;
  readonly history: History;
  readonly errors: string[];
  /** Sets the clock to so many seconds after `START` and takes a snapshot. */
  flushAt(seconds: number): Promise<void>;
  /** The messages of the log's warnings so far. */
  warnings(): readonly string[];
}

/** Records the service `orders` as the instance `here`, in memory unless told otherwise. */
export function recording(options: HistoryOptions = {}): Recording {
  let now = START;
  const registry = new promClient.Registry();
  const errors: string[] = [];
  const log = join(temporaryFolder(), 'log.jsonl');
  const monitor = createMonitor(
    {
      serviceName: 'orders',
      registry,
      defaultMetrics: false,
      logDestination: log,
      clock: { now: () => now, monotonic: () => now },
      onError: (error, component) => errors.push(`${component}: ${error instanceof Error ? error.message : error}`),
    },
    {},
  );
  onTestFinished(() => monitor.close());
  // No timer of an hour comes due within a test.
  const history = startHistory(monitor, { backends: ['memory'], instance: 'here', ...options });
  return {
    monitor,
    registry,
    history,
    errors,
    flushAt: async (seconds) => {
      now = START + seconds * 1000;
      await history.flush();
    },
    warnings: () => {
      monitor.flush();
      const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
      return lines
        .map((line) => JSON.parse(line))
        .flatMap(({ level, message }) => (level === 'WARNING' ? [message] : []));
    },
  };
}
