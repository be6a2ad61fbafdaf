import {
  ConfigError,
  type ConfigMistake,
  flag,
  number,
  type Option,
  type OptionsOf,
  type Resolved,
  resolveConfig,
  text,
} from '@telltale/core';

/** Where samples can go: three places that keep them, two that pass them on. */
export const BACKENDS = ['sqlite', 'memory', 'file', 'statsd', 'otlp'] as const;

/** One of the places where samples can go. */
export type Backend = (typeof BACKENDS)[number];

/** The options of `history`. */
export const historyOptions = {
  enabled: flag(true),
  backends: backends(['sqlite']),
  path: text(undefined, { env: 'TELLTALE_DB' }),
  filePath: text(undefined),
  flushInterval: number(10, { min: 1, max: 3_600, unit: 'seconds' }),
  samplingRate: number(1, { min: 0.001, max: 1, fraction: true, unit: 'the part of the snapshots that is kept' }),
  bufferSize: number(1_000_000, { min: 1_000, max: 100_000_000, unit: 'samples that may wait for a store' }),
  retentionDays: number(15, { min: 0.01, max: 3_650, fraction: true, unit: 'days' }),
  rawRetentionDays: number(7, { min: 1, max: 3_650, fraction: true, unit: 'days' }),
  maxSizeMb: number(200, { min: 1, max: 1_000_000, fraction: true, unit: 'MB' }),
  maxMemoryMb: number(64, { min: 1, max: 65_536, fraction: true, unit: 'MB' }),
  instance: text(undefined),
  statsdAddress: text('127.0.0.1:8125'),
  otlpEndpoint: text(undefined, { env: ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] }),
} as const;

/** What `startHistory` takes. */
export type HistoryOptions = OptionsOf<typeof historyOptions>;

/** What they resolve to. */
export type HistoryConfig = Resolved<typeof historyOptions>;

/** @throws {ConfigError} naming every option that cannot be used, or does not go with another. */
export function resolveHistoryOptions(options: HistoryOptions): HistoryConfig {
  const config = resolveConfig(historyOptions, options);
  const { backends, rawRetentionDays, retentionDays, statsdAddress, otlpEndpoint } = config;
  const mistakes: ConfigMistake[] = [];
  const refuse = (name: string, value: unknown, allowed: string) =>
    mistakes.push({ name, value: JSON.stringify(value), allowed });
  // The default of the one may be more than was given for the other.
  if (options.rawRetentionDays !== undefined && rawRetentionDays > retentionDays) {
    refuse('rawRetentionDays', rawRetentionDays, `expected no more than retentionDays, which is ${retentionDays}`);
  }
  if (backends.includes('statsd') && !isHostAndPort(statsdAddress)) {
    refuse('statsdAddress', statsdAddress, "expected a host and a port, such as '127.0.0.1:8125' or '[::1]:8125'");
  }
  if (backends.includes('otlp') && otlpEndpoint !== undefined && !isHttp(otlpEndpoint)) {
    refuse('otlpEndpoint', otlpEndpoint, 'expected an absolute http:// or https:// address');
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config;
}

function isHostAndPort(address: string): boolean {
  if (!URL.canParse(`udp://${address}`)) return false;
  const { host, hostname, port } = new URL(`udp://${address}`);
  return host === address && hostname !== '' && port !== '0';
}

function isHttp(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}

/** One backend or several: an array, or a text with commas. */
function backends(fallback: readonly Backend[]): Option<readonly Backend[]> {
  return {
    default: fallback,
    parse: (raw) => {
      const given = typeof raw === 'string' ? raw.split(',') : raw;
      if (!Array.isArray(given) || given.length === 0) return { allowed: ALLOWED };
      const words = given.map((word) => String(word).trim().toLowerCase());
      const found = BACKENDS.filter((backend) => words.includes(backend));
      return found.length === new Set(words).size ? { value: found } : { allowed: ALLOWED };
    },
  };
}

const ALLOWED = `one or more of ${BACKENDS.join(', ')}`;
