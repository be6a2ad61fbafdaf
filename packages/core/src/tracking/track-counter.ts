import { defaultMonitor } from '../monitor.ts';
import { metricName } from './metric-name.ts';
import { trackingMetrics } from './metrics.ts';
import { perMonitor } from './per-monitor.ts';
import { type FunctionTracker, functionTracker, type TrackFunctionOptions } from './wrap-function.ts';

/**
 * Counts a function's calls in `function_calls_total{function,status}`, when they end. What is said of the wrapper
 * at `trackTiming` holds here too.
 *
 * @example
 * const send = trackCounter(sendMail, { metric: 'mails.sent' }); // mails_sent_total{function="sendMail",status="success"}
 */
export const trackCounter: FunctionTracker<TrackFunctionOptions> = functionTracker(({ metric, monitor }) => {
  const { functionCalls } = trackingMetrics;
  const calls = perMonitor((instruments) =>
    instruments.counter(metric === undefined ? functionCalls : { ...functionCalls, name: metricName(metric, '_total') }),
  );
  return (name) => {
    const current = monitor ?? defaultMonitor();
    if (!current.enabled) return undefined;
    return ({ failed }) => calls(current).labels(name, failed ? 'error' : 'success').inc();
  };
});
