import { defaultMonitor, type Monitor, whenMonitored } from '../monitor.ts';
import { Instruments } from '../registry/instruments.ts';

/** Makes instruments that belong to no registry and do nothing. */
export const silentInstruments = new Instruments({
  enabled: false,
  registry: { registerMetric() {}, getSingleMetric() {}, getMetricsAsArray: () => [], removeSingleMetric() {} },
  seriesLimit: 1,
  defaultLabels: {},
  now: () => 0,
  reportError() {},
});

/**
 * What `make` makes of the monitor's instruments. Where they cannot be had (another library has a metric of that
 * name) this is reported and silent ones stand in: by now the service is running.
 */
export function makeOrSilence<T>({ instruments, errors }: Monitor, make: (instruments: Instruments) => T): T {
  try {
    return make(instruments);
  } catch (error) {
    errors.report('tracking', error);
    return make(silentInstruments);
  }
}

/** Makes instruments once for each monitor, when they are first asked for. */
export function perMonitor<T>(make: (instruments: Instruments) => T): (monitor?: Monitor) => T {
  const made = new WeakMap<Monitor, { readonly value: T }>();
  return (monitor = defaultMonitor()) => {
    let entry = made.get(monitor);
    if (entry === undefined) made.set(monitor, (entry = { value: makeOrSilence(monitor, make) }));
    return entry.value;
  };
}

/**
 * The same for one monitor, or for the default one, whichever that is at the time. They are there from the start,
 * with zeros, so that the first count is an increase: at once, or when there is a default monitor, for modules are
 * loaded before the service is set up.
 */
export function fromTheStart<T>(monitor: Monitor | undefined, make: (instruments: Instruments) => T): () => T {
  const instruments = perMonitor(make);
  if (monitor === undefined) whenMonitored(instruments);
  else instruments(monitor);
  return () => instruments(monitor);
}
