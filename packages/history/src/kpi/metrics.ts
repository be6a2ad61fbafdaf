/** Seconds: a module that is loaded when it is first needed takes milliseconds, a large one seconds. */
const LOAD_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is measured of how well a service saves itself work. */
export const effectivenessMetrics = {
  items: {
    name: 'work_items_total',
    help: 'Items of work by the way they took: optimised, full, or skipped because nothing had to be done.',
    labelNames: ['work', 'path'],
  },
  units: {
    name: 'work_units_total',
    help: 'Units that the items consisted of (frames, rows, pages), as far as it was told.',
    labelNames: ['work'],
  },
  examined: {
    name: 'work_units_examined_total',
    help: 'Of the units in work_units_total, those that were looked at.',
    labelNames: ['work'],
  },
  seconds: {
    name: 'work_seconds_total',
    help: 'Time that items took for which a baseline is known.',
    labelNames: ['work'],
  },
  baseline: {
    name: 'work_baseline_seconds_total',
    help: 'Time that the items in work_seconds_total would have taken without optimisation.',
    labelNames: ['work'],
  },
  moduleLoads: {
    name: 'module_load_duration_seconds',
    help: 'How long modules took that are loaded when they are first needed.',
    labelNames: ['module', 'status'],
    buckets: LOAD_BUCKETS,
  },
  fallbacks: {
    name: 'module_load_fallbacks_total',
    help: 'Times that something else stood in for a module that could not be loaded.',
    labelNames: ['module'],
  },
} as const;
