import { given, type Monitor, oneOf, resolveConfig, text } from '@telltale/core';
import type { AICallObserver } from './ai-call.ts';

/** What every `monitor…` function of a model SDK takes. */
export interface MonitorAIOptions {
  /** @default the process-wide monitor */
  readonly monitor?: Monitor;
  /** Whose prices hold, and the label `provider`. @default what the client's address says */
  readonly provider?: string;
  /** Who takes the calls, in place of the monitor's own observer. */
  readonly observer?: AICallObserver;
}

/** What {@link monitorOpenAI} takes. */
export interface MonitorOpenAIOptions extends MonitorAIOptions {
  /**
   * Whether a chat stream is asked for its usage (`stream_options.include_usage`) where the caller did not; what is
   * sent back for that is kept from the caller. `auto` asks hosts that are known to understand.
   *
   * @default 'auto'
   */
  readonly streamUsage?: 'auto' | 'always' | 'never';
}

const integrationOptions = {
  monitor: given<Monitor>('a monitor', (raw) => typeof raw === 'object' && raw !== null && 'instruments' in raw),
  provider: text(undefined),
  observer: given<AICallObserver>(
    'an observer of model calls',
    (raw) => typeof (raw as AICallObserver)?.begin === 'function',
  ),
} as const;

const openaiOptions = { ...integrationOptions, streamUsage: oneOf(['auto', 'always', 'never'], 'auto') } as const;

/** @throws {ConfigError} naming every option that cannot be used. */
export function resolveIntegration(options: MonitorAIOptions): MonitorAIOptions {
  return resolveConfig(integrationOptions, { ...options }, {});
}

/** @throws {ConfigError} naming every option that cannot be used. */
export function resolveOpenAI(options: MonitorOpenAIOptions): MonitorOpenAIOptions {
  return resolveConfig(openaiOptions, { ...options }, {}) as MonitorOpenAIOptions;
}
