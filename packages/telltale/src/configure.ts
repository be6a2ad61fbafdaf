import { type AIConfig, aiOptions, configureAI } from '@telltale/ai';
import {
  ConfigError,
  type ConfigMistake,
  type CoreConfig,
  type Monitor,
  type Resolved,
  resolveConfig,
  setUpMonitor,
} from '@telltale/core';
import { resolveHistoryOptions } from '@telltale/history/options';
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
export function configure(options: MonitoringOptions = {}): Setup {
  const config = resolveAll(options);
  const monitor = setUpMonitor(config satisfies CoreConfig);
  if (asksForAI(config)) configureAI(monitor, config);
  const pages = monitor.enabled ? remember(monitor, config) : undefined;
  const unused = Object.entries(laterOptions)
    .filter(([name]) => isSet(config[name as keyof typeof laterOptions]))
    .map(([, option]) => option.env);
  if (unused.length > 0) {
    monitor.logger.warning(`Set, and without effect in this version: ${unused.join(', ')}`, { event_type: 'system' });
  }
  return { monitor, http: config satisfies HttpConfig, pages };
}

/** Reads the options, and those of the history within them, and reports the mistakes in both at once. */
function resolveAll({ history, ...options }: MonitoringOptions): Resolved<typeof allOptions> {
  const mistakes: ConfigMistake[] = [];
  const collect = <T>(read: () => T, prefix = ''): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const mistake of error.mistakes) mistakes.push({ ...mistake, name: prefix + mistake.name });
      return undefined;
    }
  };
  const isObject = typeof history === 'object' && history !== null && !Array.isArray(history);
  const given = isObject ? options : { ...options, history };
  const config = collect(() => resolveConfig(allOptions, given, process.env, 'TELLTALE_'));
  if (isObject) collect(() => resolveHistoryOptions(history), 'history.');
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { ...config!, history: isObject ? history : config!.history };
}

/** Prices are loaded where they are wanted: by these options, or by the first model call. */
function asksForAI(config: AIConfig): boolean {
  return Object.entries(aiOptions).some(([name, option]) => config[name as keyof AIConfig] !== option.default);
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
