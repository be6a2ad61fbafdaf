export { cacheMetrics } from './metrics.ts';
export { isCache, monitorCache } from './monitor-cache.ts';
export { isRedisClient, monitorRedis } from './monitor-redis.ts';
export { type CacheOptions, cacheOptions, type PrefixOf, type RedisOptions, redisOptions } from './options.ts';
export { type RedisStatus, redisStatus } from './redis-status.ts';
export {
  type CacheControls,
  type CacheStats,
  type ControlOutcome,
  type RegisteredCache,
  registerCache,
  registeredCaches,
} from './registered-caches.ts';
export { type CacheLookup, type TrackCacheOptions, trackCache } from './track-cache.ts';
