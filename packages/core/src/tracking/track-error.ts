import { defaultMonitor, type Monitor } from '../monitor.ts';
import { errorType, labelWord } from './label-words.ts';
import { trackingMetrics } from './metrics.ts';
import { perMonitor } from './per-monitor.ts';

/** What else is said of an error. */
export interface TrackErrorOptions {
  /** Written to the log only. */
  readonly details?: object;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

const errors = perMonitor((instruments) => instruments.counter(trackingMetrics.applicationErrors));

/**
 * Counts an error that was caught and dealt with in `application_errors_total{component,type}`, `type` being its
 * class, and writes it to the log with its stack and causes. Never throws.
 *
 * @example
 * try { await sync(); } catch (error) { trackError(error, 'catalogue'); }
 */
export function trackError(error: unknown, component: string, options: TrackErrorOptions = {}): void {
  const { details = {}, monitor = defaultMonitor() } = options;
  if (!monitor.enabled) return;
  const type = errorType(error);
  errors(monitor).labels(labelWord(component), type).inc();
  const fields = { event_type: 'error', component, error_type: type, error };
  monitor.logger.error('Error in a component', details, fields);
}
