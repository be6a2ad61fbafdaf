import { type CoreConfig, type Monitor, resolveConfig, setUpMonitor } from '@telltale/core';
import type { HttpConfig } from '@telltale/http';
import { allOptions, laterOptions, type MonitoringOptions } from './options.ts';

/** A monitor, and what an HTTP integration needs beside it. */
export interface Setup {
  readonly monitor: Monitor;
  readonly http: HttpConfig;
}

/**
 * Resolves options and environment, and finds or makes the monitor for them.
 *
 * @throws {ConfigError} naming every option and variable that cannot be used.
 */
export function configure(options: MonitoringOptions): Setup {
  const config = resolveConfig(allOptions, options, process.env, 'TELLTALE_');
  const monitor = setUpMonitor(config satisfies CoreConfig);
  const unused = Object.entries(laterOptions)
    .filter(([name]) => isSet(config[name as keyof typeof laterOptions]))
    .map(([, option]) => option.env);
  if (unused.length > 0) {
    monitor.logger.warning(`Set, and without effect in this version: ${unused.join(', ')}`, { event_type: 'system' });
  }
  return { monitor, http: config satisfies HttpConfig };
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
