/** What is measured of the history itself. */
export const historyMetrics = {
  samples: {
    name: 'telltale_history_samples_total',
    help: 'Samples that a store has taken.',
    labelNames: ['store'],
  },
  dropped: {
    name: 'telltale_history_dropped_samples_total',
    help: 'Samples that a store did not get: it failed, or was behind by more than the buffer holds.',
    labelNames: ['store'],
  },
  bytes: {
    name: 'telltale_history_bytes',
    help: 'Bytes that a store holds, in memory or on disk.',
    labelNames: ['store'],
  },
  flushDuration: {
    name: 'telltale_history_flush_duration_seconds',
    help: 'Time from reading the registries to the end of writing, waiting included.',
    labelNames: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
} as const;
