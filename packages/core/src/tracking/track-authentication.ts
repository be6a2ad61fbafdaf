import { shownMs } from '../integration/log-detail.ts';
import { defaultMonitor, type Monitor } from '../monitor.ts';
import { labelWord } from './label-words.ts';
import { trackingMetrics } from './metrics.ts';
import { perMonitor } from './per-monitor.ts';
import { watchCall } from './watch-call.ts';

/** How an attempt to authenticate ended. */
export type AuthenticationOutcome = 'success' | 'failure';

/** What else is said of an attempt. */
export interface TrackAuthenticationOptions {
  /** Written to the log only. */
  readonly details?: object;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

const instrumentsOf = perMonitor((instruments) => ({
  attempts: instruments.counter(trackingMetrics.authenticationAttempts),
  duration: instruments.histogram(trackingMetrics.authenticationDuration),
}));

/**
 * Counts an attempt to authenticate in `authentication_attempts_total{method,status}` and writes it to the log.
 * Given a function, it runs and times it too, and returns or throws what that does; an attempt fails when the
 * function throws or when it returns `false` or `null`. `method` is a name such as `password` or `oauth`.
 *
 * @example
 * const user = await trackAuthentication('password', () => signIn(name, password));
 * trackAuthentication('api_key', keys.has(key) ? 'success' : 'failure');
 */
export function trackAuthentication<R>(method: string, fn: () => R, options?: TrackAuthenticationOptions): R;
export function trackAuthentication(
  method: string,
  outcome: AuthenticationOutcome,
  options?: TrackAuthenticationOptions,
): void;
export function trackAuthentication<R>(
  method: string,
  attempt: (() => R) | AuthenticationOutcome,
  { details = {}, monitor = defaultMonitor() }: TrackAuthenticationOptions = {},
): R | undefined {
  if (!monitor.enabled) return typeof attempt === 'function' ? attempt() : undefined;
  const { clock } = monitor.config;
  const start = clock.monotonic();

  const record = (status: AuthenticationOutcome, fields: object): void => {
    instrumentsOf(monitor).attempts.labels(labelWord(method), status).inc();
    const [level, message] =
      status === 'success' ? (['info', 'Authenticated'] as const) : (['warning', 'Authentication failed'] as const);
    monitor.logger[level](message, details, { event_type: 'security', auth_method: method, status, ...fields });
  };

  if (typeof attempt !== 'function') {
    record(attempt === 'success' ? 'success' : 'failure', {});
    return undefined;
  }
  return watchCall(attempt, (end) => {
    const durationMs = clock.monotonic() - start;
    instrumentsOf(monitor)
      .duration.labels(labelWord(method))
      .observe(durationMs / 1000);
    const duration_ms = shownMs(durationMs);
    if (end.failed) record('failure', { duration_ms, error: end.error });
    else record(end.value === false || end.value === null ? 'failure' : 'success', { duration_ms });
  });
}
