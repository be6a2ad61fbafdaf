import { currentContext } from '../context/context.ts';
import { defaultMonitor, type Monitor } from '../monitor.ts';
import { labelWord } from './label-words.ts';
import { trackingMetrics } from './metrics.ts';
import { perMonitor } from './per-monitor.ts';

/** What else is said of a hit. */
export interface TrackRateLimitHitOptions {
  /** The route's template, not a URL. @default the route of the request that runs now, if there is one */
  readonly route?: string;
  /** Written to the log only. */
  readonly details?: object;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

const hits = perMonitor((instruments) => instruments.counter(trackingMetrics.rateLimitHits));

/**
 * Counts a request that a rate limiter turned away in `rate_limit_hits_total{limiter,route}` and writes it to the
 * log. `limiter` is the limiter's name. Never throws.
 *
 * @example
 * rateLimit({ handler: (req, res) => { trackRateLimitHit('sign_in'); res.sendStatus(429); } });
 */
export function trackRateLimitHit(limiter: string, options: TrackRateLimitHitOptions = {}): void {
  const { details = {}, monitor = defaultMonitor() } = options;
  if (!monitor.enabled) return;
  const route = options.route ?? routeOfRequest(monitor);
  hits(monitor).labels(labelWord(limiter), route).inc();
  monitor.logger.warning('Rate limit hit', details, { event_type: 'security', limiter, route });
}

function routeOfRequest({ errors }: Monitor): string | undefined {
  const origin = currentContext()?.origin;
  return origin?.kind === 'http' ? errors.guard('tracking', () => origin.name, undefined) : undefined;
}
