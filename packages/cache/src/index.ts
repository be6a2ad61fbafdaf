export { cacheMetrics } from './metrics.ts';
export { monitorRedis } from './monitor-redis.ts';
export { type KeyPrefix, type RedisOptions, redisOptions } from './options.ts';
