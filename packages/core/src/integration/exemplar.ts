import type { Context } from '../context/context.ts';
import type { Monitor } from '../monitor.ts';
import type { ExemplarLabels } from '../registry/histogram.ts';

/** What an observation of a histogram is an example of: the trace or, without one, the correlation ID. */
export function exemplarOf({ config }: Monitor, context: Context | undefined): ExemplarLabels | undefined {
  if (context === undefined || !config.exemplars) return undefined;
  const { trace, correlationId } = context;
  return trace === undefined ? { correlation_id: correlationId } : { trace_id: trace.traceId };
}
