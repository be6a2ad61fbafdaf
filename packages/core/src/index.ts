export { type Clock, systemClock } from './clock.ts';
export { type CoreConfig, type CoreOptions, coreOptions } from './config/core-options.ts';
export { flag, given, list, number, type Option, oneOf, type Parsed, text, url } from './config/option.ts';
export { type OptionsOf, type OptionTable, type Resolved, resolveConfig } from './config/resolve.ts';
export {
  bindContext,
  Context,
  type ContextFields,
  contextFromHeaders,
  currentContext,
  enterContext,
  type InboundHeaders,
  type Origin,
  runWithContext,
  setUser,
} from './context/context.ts';
export { acceptCorrelationId, newCorrelationId } from './context/correlation-id.ts';
export { acceptTraceState, formatTraceParent, parseTraceParent, type TraceParent } from './context/trace-context.ts';
export { ConfigError, type ConfigMistake, TelltaleError } from './errors.ts';
export { collectInTime } from './exposition/collect.ts';
export { acceptsGzip, CONTENT_TYPES, type ExpositionFormat, negotiateFormat } from './exposition/format.ts';
export { exemplarOf } from './integration/exemplar.ts';
export { inContext } from './integration/in-context.ts';
export { inTime } from './integration/in-time.ts';
export { shownMs, writesDebug } from './integration/log-detail.ts';
export { monitorPart } from './integration/monitor-part.ts';
export { isMonitored, markMonitored, unmonitor } from './integration/monitored.ts';
export { type AnyMethod, replaceMethod, replaceProperty } from './integration/replace-method.ts';
export { isUnobserved, unobserved } from './integration/unobserved.ts';
export { EVENT_TYPES, type EventType } from './logger/event-types.ts';
export { LEVELS, type LogLevel, type LogMethod } from './logger/levels.ts';
export type { Logger } from './logger/logger.ts';
export type { LogRateLimit, LogSampling } from './logger/throttle.ts';
export { createMasker, type Masker, mask } from './masking/masker.ts';
export type { MaskerOptions } from './masking/masker-options.ts';
export { createMonitor, defaultMonitor, Monitor, type ServiceIdentity, setUpMonitor } from './monitor.ts';
export type { Operation, OperationKind, OperationListener, Operations, Outcome } from './operations.ts';
export type { Counter, CounterSeries } from './registry/counter.ts';
export type { Gauge, GaugeSeries } from './registry/gauge.ts';
export {
  DEFAULT_BUCKETS,
  type ExemplarLabels,
  type Histogram,
  type HistogramOptions,
  type HistogramSeries,
} from './registry/histogram.ts';
export type { Aggregator, InstrumentOptions } from './registry/instrument.ts';
export type { Instruments, PrometheusRegistry } from './registry/instruments.ts';
export type { Labels, LabelTuple, LabelValue } from './registry/labels.ts';
export { boundedLabel } from './tracking/bounded-label.ts';
export {
  type DefinedMetric,
  type DefinedMetrics,
  defineMetrics,
  type MetricDefinition,
} from './tracking/define-metrics.ts';
export { errorType, labelWord } from './tracking/label-words.ts';
export { MetricTracker } from './tracking/metric-tracker.ts';
export {
  type AuthenticationOutcome,
  type TrackAuthenticationOptions,
  trackAuthentication,
} from './tracking/track-authentication.ts';
export { trackCounter } from './tracking/track-counter.ts';
export { type TrackErrorOptions, trackError } from './tracking/track-error.ts';
export { type TrackRateLimitHitOptions, trackRateLimitHit } from './tracking/track-rate-limit-hit.ts';
export { type Severity, trackSecurityEvent } from './tracking/track-security-event.ts';
export { trackTiming } from './tracking/track-timing.ts';
export { asPlainPromise, type CallEnd, watchCall } from './tracking/watch-call.ts';
export type { FunctionTracker, TrackFunctionOptions } from './tracking/wrap-function.ts';
