import type { Monitor } from '@telltale/core';
import { effectivenessMetrics } from './kpi-metrics.ts';

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

const made = new WeakMap<Monitor, ReturnType<typeof make>>();

/** The instruments behind `trackWork` and `trackModuleLoad`, made once for each monitor. */
export function effectivenessOf(monitor: Monitor): ReturnType<typeof make> {
  let instruments = made.get(monitor);
  if (instruments === undefined) made.set(monitor, (instruments = make(monitor)));
  return instruments;
}
