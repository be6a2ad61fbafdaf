/** Durations of functions: from a tenth of a millisecond to ten minutes. */
const FUNCTION_BUCKETS = [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600];

/** The metrics behind the `track…` functions. */
export const trackingMetrics = {
  functionDuration: {
    name: 'function_duration_seconds',
    help: 'How long calls of the functions wrapped by trackTiming took.',
    labelNames: ['function', 'status'],
    buckets: FUNCTION_BUCKETS,
  },
  functionCalls: {
    name: 'function_calls_total',
    help: 'Calls of the functions wrapped by trackCounter that have ended.',
    labelNames: ['function', 'status'],
  },
  authenticationAttempts: {
    name: 'authentication_attempts_total',
    help: 'Attempts to authenticate, by method and by whether they succeeded.',
    labelNames: ['method', 'status'],
  },
  authenticationDuration: {
    name: 'authentication_duration_seconds',
    help: 'How long attempts to authenticate took.',
    labelNames: ['method'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  securityEvents: {
    name: 'security_events_total',
    help: 'Events that bear on security, by type and severity.',
    labelNames: ['type', 'severity'],
  },
  rateLimitHits: {
    name: 'rate_limit_hits_total',
    help: 'Requests that a rate limiter turned away.',
    labelNames: ['limiter', 'route'],
  },
  applicationErrors: {
    name: 'application_errors_total',
    help: 'Errors that the application reported, by its component and the class of the error.',
    labelNames: ['component', 'type'],
  },
} as const;
