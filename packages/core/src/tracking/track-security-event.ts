import type { LogMethod } from '../logger/levels.ts';
import { defaultMonitor, type Monitor } from '../monitor.ts';
import { labelWord, OTHER } from './label-words.ts';
import { trackingMetrics } from './metrics.ts';
import { perMonitor } from './per-monitor.ts';

const LEVELS = {
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
} as const satisfies Record<string, LogMethod>;

/** How grave a security event is. */
export type Severity = keyof typeof LEVELS;

const events = perMonitor((instruments) => instruments.counter(trackingMetrics.securityEvents));

/**
 * Counts an event that bears on security in `security_events_total{type,severity}` and writes it to the log, at a
 * level that goes with its severity. `type` is a name such as `password_changed`; what is particular to this event
 * belongs into `details`, which only the log shows. Never throws.
 *
 * @example
 * trackSecurityEvent('token_reuse', 'high', { user_id: user.id, ip: request.ip });
 */
export function trackSecurityEvent(
  type: string,
  severity: Severity,
  details: object = {},
  { monitor = defaultMonitor() }: { readonly monitor?: Monitor } = {},
): void {
  if (!monitor.enabled) return;
  const known = Object.hasOwn(LEVELS, severity);
  events(monitor)
    .labels(labelWord(type), known ? severity : OTHER)
    .inc();
  const fields = { event_type: 'security', security_event: type, severity };
  monitor.logger[known ? LEVELS[severity] : 'warning']('Security event', details, fields);
}
