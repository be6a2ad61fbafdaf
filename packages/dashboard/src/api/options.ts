import { given, type Monitor, number, type OptionsOf, type Resolved, resolveConfig, text } from '@telltale/core';
import type { RuleGroup } from './rule-group.ts';

const apiOptions = {
  basePath: text('/telltale/api/v1'),
  timeoutMs: number(30_000, { min: 1, max: 3_600_000, unit: 'milliseconds' }),
  maxConcurrent: number(4, { min: 1, max: 1_000 }),
  maxQueued: number(64, { min: 0, max: 100_000 }),
  maxFormBytes: number(1_048_576, { min: 1_024, max: 104_857_600, unit: 'bytes' }),
  corsOrigin: given<RegExp>('a regular expression', (raw) => raw instanceof RegExp),
} as const;

/** What the API is told. */
export interface QueryApiOptions extends OptionsOf<typeof apiOptions> {
  /** Where the endpoints are. @default '/telltale/api/v1' */
  readonly basePath?: string;
  /** The longest that a question may take, waiting included; `?timeout=` may only shorten it. @default 30_000 */
  readonly timeoutMs?: number;
  /** Questions worked on at a time. @default 4 */
  readonly maxConcurrent?: number;
  /** Questions that may wait for their turn; more are refused with 503. @default 64 */
  readonly maxQueued?: number;
  /** The largest form that is read. @default 1_048_576 */
  readonly maxFormBytes?: number;
  /**
   * The origins whose pages may read answers, matched from end to end; `/.*` for all, as Prometheus has it.
   * @default none
   */
  readonly corsOrigin?: RegExp;
  /** What `rules` and `alerts` show. @default nothing */
  readonly rules?: () => readonly RuleGroup[] | Promise<readonly RuleGroup[]>;
  /** @default the default monitor */
  readonly monitor?: Monitor;
}

/** @throws {ConfigError} naming every option that cannot be used. */
export function resolveOptions({ rules: _, monitor: __, ...options }: QueryApiOptions): Resolved<typeof apiOptions> {
  const resolved = resolveConfig(apiOptions, options, {});
  return { ...resolved, basePath: resolved.basePath.replace(/\/+$/, '') };
}
