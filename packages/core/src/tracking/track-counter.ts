import { defaultMonitor } from '../monitor.ts';
import { metricName } from './metric-name.ts';
import { trackingMetrics } from './metrics.ts';
import { fromTheStart } from './per-monitor.ts';
import { type FunctionTracker, functionTracker } from './wrap-function.ts';

/**
 * Counts a function's calls in `function_calls_total{function,status}`, when they end. What is said of the wrapper
 * at `trackTiming` holds here too.
 *
 * @example
 * const send = trackCounter(sendMail, { metric: 'mails.sent' }); // mails_sent_total{function="sendMail",status="success"}
 */
export const trackCounter: FunctionTracker = functionTracker((name, { metric, monitor }) => {
  const shared = trackingMetrics.functionCalls;
  const definition = metric === undefined ? shared : { ...shared, name: metricName(metric, '_total') };
  const calls = fromTheStart(monitor, (instruments) => {
    const counter = instruments.counter(definition);
    return { success: counter.labels(name, 'success'), error: counter.labels(name, 'error') };
  });

  return () => {
    if (!(monitor ?? defaultMonitor()).enabled) return undefined;
    return ({ failed }) => calls()[failed ? 'error' : 'success'].inc();
  };
});
