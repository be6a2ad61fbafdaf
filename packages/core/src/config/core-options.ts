import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import type { MaskerOptions } from '../masking/masker-options.ts';
import type { PrometheusRegistry } from '../registry/instruments.ts';
import { logOptions } from './log-options.ts';
import { flag, given, number, text } from './option.ts';
import type { OptionsOf, Resolved } from './resolve.ts';

/** The options of `core`: who the service is, its registry, its log, and Telltale's own behaviour. */
export const coreOptions = {
  enabled: flag(true, { env: 'TELLTALE_ENABLED' }),
  serviceName: text(undefined, { env: ['SERVICE_NAME', 'OTEL_SERVICE_NAME', 'npm_package_name'] }),
  version: text(undefined, { env: ['SERVICE_VERSION', 'npm_package_version'] }),
  environment: text('development', { env: ['ENVIRONMENT', 'NODE_ENV'] }),
  ...logOptions,
  mask: given<MaskerOptions, MaskerOptions>(
    'masking options (see createMasker)',
    (raw) => typeof raw === 'object' && raw !== null,
    {},
  ),
  registry: given<PrometheusRegistry | readonly PrometheusRegistry[]>(
    'a Registry of prom-client or @prometheus-io/client, or several',
    (raw) => (Array.isArray(raw) ? raw.length > 0 && raw.every(isRegistry) : isRegistry(raw)),
  ),
  defaultMetrics: flag(true),
  seriesLimit: number(2_000, { min: 1, max: 1_000_000, unit: 'series of one metric' }),
  seriesTtlSeconds: number(0, { min: 0, max: 31_536_000, unit: 'seconds; 0 keeps every series' }),
  exemplars: flag(true),
  onError: given<(error: unknown, component: string) => void>('a function', (raw) => typeof raw === 'function'),
  clock: given<Clock, Clock>('a clock with now() and monotonic()', isClock, systemClock),
} as const;

/** What `createMonitor` takes. */
export type CoreOptions = OptionsOf<typeof coreOptions>;

/** What it resolves to. */
export type CoreConfig = Resolved<typeof coreOptions>;

/** The name and version in the `package.json` of the working directory, for a service that was given neither. */
export function packageIdentity(): { readonly name?: string; readonly version?: string } {
  try {
    const { name, version } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8'));
    return { name, version };
  } catch {
    return {};
  }
}

function isRegistry(raw: unknown): boolean {
  const { registerMetric, getMetricsAsArray } = (raw ?? {}) as Partial<PrometheusRegistry>;
  return typeof registerMetric === 'function' && typeof getMetricsAsArray === 'function';
}

function isClock(raw: unknown): boolean {
  const { now, monotonic } = (raw ?? {}) as Partial<Clock>;
  return typeof now === 'function' && typeof monotonic === 'function';
}
