import { defaultMonitor, labelWord, type Monitor } from '@telltale/core';
import { effectivenessOf } from './instruments.ts';

/** The way that an item of work took. */
export type WorkPath = (typeof PATHS)[number];

const PATHS = ['optimised', 'full', 'skipped'] as const;

/** What is told of finished work. */
export interface TrackWorkOptions {
  /** `skipped` where nothing had to be done. */
  readonly path: WorkPath;
  /** How many items. @default 1 */
  readonly items?: number;
  /** What the items consisted of (frames, rows, pages), and how many of that were looked at. */
  readonly units?: number;
  readonly examined?: number;
  /** What it took, and what it would have taken without optimisation; both, or neither. */
  readonly durationMs?: number;
  readonly baselineMs?: number;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

/**
 * Counts work that was finished, by the way it took, so that the share on the optimised path, the share skipped, the
 * sampling ratio and the speed-up are KPIs. `work` is the kind of work, a name from code. What is no number above
 * zero is left out. Never throws.
 *
 * @example
 * trackWork('thumbnails', { path: isSmall ? 'optimised' : 'full', units: frames.length, examined: sampled.length });
 */
export function trackWork(work: string, options: TrackWorkOptions): void {
  const { monitor = defaultMonitor() } = options;
  if (!monitor.enabled) return;
  monitor.errors.guard('kpi', () => count(monitor, labelWord(work), options), undefined);
}

function count(monitor: Monitor, work: string, options: TrackWorkOptions): void {
  const { items, units, examined, seconds, baseline } = effectivenessOf(monitor);
  const { path, items: finished = 1, durationMs, baselineMs } = options;
  // A way that was never taken is 0, not absent: else a share of it has no value.
  for (const known of PATHS) items.labels(work, known).inc(known === path ? amount(finished) : 0);
  if (amount(options.units) > 0) {
    units.labels(work).inc(amount(options.units));
    examined.labels(work).inc(Math.min(amount(options.examined ?? options.units), amount(options.units)));
  }
  if (amount(durationMs) > 0 && amount(baselineMs) > 0) {
    seconds.labels(work).inc(amount(durationMs) / 1000);
    baseline.labels(work).inc(amount(baselineMs) / 1000);
  }
}

function amount(value: number | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
