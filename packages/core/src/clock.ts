import { performance } from 'node:perf_hooks';

/** Where time comes from, so that a test can turn the hands itself. */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since an arbitrary start; never goes backwards. */
  monotonic(): number;
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
};
