import { currentContext } from '../context/context.ts';
import { defaultMonitor, type Monitor } from '../monitor.ts';
import type { Operation } from '../operations.ts';
import { metricName } from './metric-name.ts';
import { trackingMetrics } from './metrics.ts';
import { fromTheStart } from './per-monitor.ts';
import { type FunctionTracker, functionTracker } from './wrap-function.ts';

/**
 * Times a function's calls in `function_duration_seconds{function,status}`. The wrapper behaves as the function
 * does in every respect, down to its arity and the very error it throws; a promise is timed until it settles, a
 * generator until it is returned. Of a promise that is more than a promise (a query builder, a subclass) only the
 * call is timed: make the function `async` to time it all. Where monitoring is already known to be disabled, the
 * function itself is returned.
 *
 * @example
 * const resize = trackTiming(resizeImage);
 * class Reports {
 *   @trackTiming({ name: 'Reports.build' })
 *   async build(month: string) {}
 * }
 */
export const trackTiming: FunctionTracker = functionTracker((name, { metric, monitor }) => {
  const shared = trackingMetrics.functionDuration;
  const definition = metric === undefined ? shared : { ...shared, name: metricName(metric, '_seconds') };
  const durations = fromTheStart(monitor, (instruments) => {
    const histogram = instruments.histogram(definition);
    return { success: histogram.labels(name, 'success'), error: histogram.labels(name, 'error') };
  });

  return () => {
    const current = monitor ?? defaultMonitor();
    if (!current.enabled) return undefined;
    const { clock } = current.config;
    const operation = startOperation(current, name);
    const start = clock.monotonic();
    return (end) => {
      const durationMs = clock.monotonic() - start;
      durations()[end.failed ? 'error' : 'success'].observe(durationMs / 1000);
      if (operation === undefined) return;
      operation.durationMs = durationMs;
      operation.outcome = end.failed ? 'error' : 'ok';
      if (end.failed) operation.error = end.error;
      current.operations.end(operation);
    };
  };
});

function startOperation({ operations, config }: Monitor, name: string): Operation | undefined {
  if (!operations.active) return undefined;
  const operation: Operation = {
    kind: 'function',
    name,
    context: currentContext(),
    startedAt: config.clock.now(),
    attributes: {},
  };
  operations.start(operation);
  return operation;
}
