import { type Monitor, monitorPart } from '@telltale/core';
import { effectivenessMetrics } from './metrics.ts';

function make({ instruments }: Monitor) {
  return {
    items: instruments.counter(effectivenessMetrics.items),
    units: instruments.counter(effectivenessMetrics.units),
    examined: instruments.counter(effectivenessMetrics.examined),
    seconds: instruments.counter(effectivenessMetrics.seconds),
    baseline: instruments.counter(effectivenessMetrics.baseline),
    moduleLoads: instruments.histogram(effectivenessMetrics.moduleLoads),
    fallbacks: instruments.counter(effectivenessMetrics.fallbacks),
  };
}

/** The instruments behind `trackWork` and `trackModuleLoad`, made once for each monitor. */
export const effectivenessOf: (monitor: Monitor) => ReturnType<typeof make> = monitorPart(
  'history.effectiveness',
  make,
);
