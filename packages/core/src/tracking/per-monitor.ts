import { defaultMonitor, type Monitor } from '../monitor.ts';
import { Instruments } from '../registry/instruments.ts';

/** Makes instruments that belong to no registry and do nothing. */
export const silentInstruments = new Instruments({
  enabled: false,
  registry: { registerMetric() {}, getSingleMetric() {}, getMetricsAsArray: () => [], removeSingleMetric() {} },
  seriesLimit: 1,
  now: () => 0,
  reportError() {},
});

/**
 * Makes instruments once for each monitor, when they are first needed: a module is loaded, with its decorators and
 * definitions, before the service is set up. By then a mistake can no longer stop the start, so that where they
 * cannot be had (another library has a metric of that name) this is reported and silent ones stand in.
 */
export function perMonitor<T>(make: (instruments: Instruments) => T): (monitor?: Monitor) => T {
  const made = new WeakMap<Monitor, { readonly instruments: T }>();
  return (monitor = defaultMonitor()) => {
    let entry = made.get(monitor);
    if (entry === undefined) {
      entry = { instruments: tryToMake(monitor, make) };
      made.set(monitor, entry);
    }
    return entry.instruments;
  };
}

function tryToMake<T>(monitor: Monitor, make: (instruments: Instruments) => T): T {
  try {
    return make(monitor.instruments);
  } catch (error) {
    monitor.errors.report('tracking', error);
    return make(silentInstruments);
  }
}
