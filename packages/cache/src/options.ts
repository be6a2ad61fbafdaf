import { flag, given, list, number, type OptionsOf, type Resolved, text } from '@telltale/core';

/** Names the group that a key belongs to, as a label: few, and never made of an identifier. */
export type PrefixOf = (key: string) => string | undefined;

/** What every monitored cache can be told. */
export const cacheOptions = {
  name: text(undefined),
  prefixOf: given<PrefixOf>('a function (key) => text', (raw) => typeof raw === 'function'),
  prefixLimit: number(50, { min: 1, max: 1_000, unit: 'key prefixes' }),
  stampedeMisses: number(20, { min: 0, max: 1_000_000, unit: 'misses of one key at once; 0 looks for none' }),
  stampedeWindowMs: number(10_000, { min: 10, max: 3_600_000, unit: 'milliseconds' }),
} as const;

/** What a monitored Redis client can be told beside that. */
export const redisOptions = {
  ...cacheOptions,
  ignorePrefixes: list(['bull']),
  slowCommandMs: number(100, { min: 0, max: 3_600_000, unit: 'milliseconds; 0 logs none' }),
  serverStats: flag(true),
} as const;

/** What `monitorCache` takes beside a monitor. */
export type CacheOptions = OptionsOf<typeof cacheOptions>;

/** What `monitorRedis` takes beside a monitor. */
export type RedisOptions = OptionsOf<typeof redisOptions>;

/** What the options of any cache resolve to. */
export type CacheConfig = Resolved<typeof cacheOptions>;

/** What the options of a Redis client resolve to. */
export type RedisConfig = Resolved<typeof redisOptions>;
