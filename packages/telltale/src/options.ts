import { aiOptions } from '@telltale/ai';
import { coreOptions, flag, given, list, number, type Option, type OptionsOf, text, url } from '@telltale/core';
import type { HistoryOptions } from '@telltale/history/options';
import { httpOptions } from '@telltale/http';

/** What the service remembers of its metrics, and where it is asked. */
const memoryOptions = {
  history: given<HistoryOptions | false>(
    'an object of the options of history, or false',
    (raw) => raw === false || (typeof raw === 'object' && raw !== null && !Array.isArray(raw)),
  ),
  source: url({ env: 'TELLTALE_SOURCE' }),
} as const;

/** Where the embedded store is, for those who say it by the environment. */
const storeOptions = { database: text(undefined, { env: 'TELLTALE_DB' }) } as const;

/**
 * Variables that are read and checked now, and used by parts of Telltale that are still to come. A value here is
 * reported at start as having no effect yet.
 */
export const laterOptions = {
  logDir: text(undefined, { env: 'LOG_DIR' }),
  logFile: text(undefined, { env: 'LOG_FILE' }),
  logRetentionDays: number(undefined, { min: 1, max: 3_650, unit: 'days' }, { env: 'LOG_RETENTION_DAYS' }),
  healthCheckInterval: number(undefined, { min: 1, max: 86_400, unit: 'seconds' }, { env: 'HEALTH_CHECK_INTERVAL' }),
  // Others read it too, and take what is no URL: it is for them to judge.
  otlpEndpoint: text(undefined, { env: 'OTEL_EXPORTER_OTLP_ENDPOINT' }),
  traceSamplingRatio: number(undefined, { min: 0, max: 1, fraction: true }, { env: 'TRACE_SAMPLING_RATIO' }),
  smtpHost: text(undefined, { env: 'SMTP_HOST' }),
  smtpPort: number(undefined, { min: 1, max: 65_535, unit: 'a port' }, { env: 'SMTP_PORT' }),
  smtpUser: text(undefined, { env: 'SMTP_USER' }),
  smtpPassword: text(undefined, { env: 'SMTP_PASSWORD', secret: true }),
  smtpUseTls: optionalFlag('SMTP_USE_TLS'),
  alertEmailFrom: text(undefined, { env: 'ALERT_EMAIL_FROM' }),
  alertEmailTo: list([], { env: 'ALERT_EMAIL_TO' }),
  slackWebhookUrl: url({ env: 'SLACK_WEBHOOK_URL', secret: true }),
  slackChannel: text(undefined, { env: 'SLACK_CHANNEL' }),
  pagerdutyIntegrationKey: text(undefined, { env: 'PAGERDUTY_INTEGRATION_KEY', secret: true }),
  alertWebhookUrl: url({ env: 'ALERT_WEBHOOK_URL', secret: true }),
} as const;

/** Every option of Telltale, with the environment variable of each. */
export const allOptions = {
  ...coreOptions,
  ...httpOptions,
  ...aiOptions,
  ...memoryOptions,
  ...storeOptions,
  ...laterOptions,
} as const;

/** What `setupMonitoring` takes. Each option that is absent comes from its environment variable, then its default. */
export type MonitoringOptions = OptionsOf<
  typeof coreOptions & typeof httpOptions & typeof aiOptions & typeof memoryOptions
>;

function optionalFlag(env: string): Option<boolean | undefined> {
  return { ...flag(false, { env }), default: undefined };
}
