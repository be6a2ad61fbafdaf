import type { Monitor } from '@telltale/core';
import type promClient from 'prom-client';
import { testMonitor } from '../../../test/test-monitor.ts';
import { type History, startHistory } from '../src/history.ts';
import type { HistoryOptions } from '../src/options.ts';
import { START } from './series.ts';

/** A monitor whose history a test flushes itself, and whose clock it sets. */
export interface Recording {
  readonly monitor: Monitor;
  readonly registry: promClient.Registry;
  readonly history: History;
  readonly errors: readonly string[];
  /** Sets the clock to so many seconds after `START` and takes a snapshot. */
  flushAt(seconds: number): Promise<void>;
  /** The messages of the log's warnings so far. */
  warnings(): readonly unknown[];
}

/** Records the service `orders` as the instance `here`, in memory unless told otherwise. */
export function recording(options: HistoryOptions = {}): Recording {
  let now = START;
  const { monitor, registry, errors, log } = testMonitor({ clock: { now: () => now, monotonic: () => now } });
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
    warnings: () => log().flatMap(({ level, message }) => (level === 'WARNING' ? [message] : [])),
  };
}
