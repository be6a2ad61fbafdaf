import { type AIConfig, aiOptions, configureAI } from '@telltale/ai';
import { type CoreConfig, type Monitor, resolveConfig, setUpMonitor } from '@telltale/core';
import type { FurtherPages, HttpConfig } from '@telltale/http';
import { allOptions, laterOptions, type MonitoringOptions } from './options.ts';
import { remember } from './remembered.ts';

/** A monitor, and what an HTTP integration needs beside it. */
export interface Setup {
  readonly monitor: Monitor;
  readonly http: HttpConfig;
  readonly pages: FurtherPages | undefined;
}

/**
 * Resolves options and environment, and finds or makes the monitor for them.
 *
 * @throws {ConfigError} naming every option and variable that cannot be used.
 */
export function configure(options: MonitoringOptions): Setup {
  const config = resolveConfig(allOptions, options, process.env, 'TELLTALE_');
  const monitor = setUpMonitor(config satisfies CoreConfig);
  if (asksForAI(config)) configureAI(monitor, config);
  const pages = monitor.enabled ? remember(monitor, config).pages : undefined;
  const unused = Object.entries(laterOptions)
    .filter(([name]) => isSet(config[name as keyof typeof laterOptions]))
    .map(([, option]) => option.env);
  if (unused.length > 0) {
    monitor.logger.warning(`Set, and without effect in this version: ${unused.join(', ')}`, { event_type: 'system' });
  }
  return { monitor, http: config satisfies HttpConfig, pages };
}

/** Prices are loaded where they are wanted: by these options, or by the first model call. */
function asksForAI(config: AIConfig): boolean {
  return Object.entries(aiOptions).some(([name, option]) => config[name as keyof AIConfig] !== option.default);
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
