import { defaultMonitor, isMonitored, type Monitor, markMonitored, resolveConfig, TelltaleError } from '@telltale/core';
import type { ServerReading, ServerSource } from './cache-readings.ts';
import { IoredisIntegration, isIoredis } from './ioredis.ts';
import { isNodeRedis, NodeRedisIntegration, type NodeRedisLike, underlying } from './node-redis.ts';
import { isNodeRedisCluster, isNodeRedisPool, watchCluster, watchPool } from './node-redis-group.ts';
import { CommandObserver } from './observe-commands.ts';
import { type RedisConfig, type RedisOptions, redisOptions } from './options.ts';
import { redisErrorCode } from './redis-error-code.ts';

/** One client, as the scrape and the end of the monitor see it. */
interface Integration {
  readonly connected: boolean;
  ask(): Promise<ServerReading | undefined> | undefined;
  dispose(): void;
}

/**
 * Observes a Redis client and returns it: a `Redis` or `Cluster` of ioredis 5 or 6; a client, pool or cluster of
 * node-redis 5 or 6. Hits and misses by key prefix, the time of each command, errors, reconnects; at each scrape it
 * asks the server for its entries, memory and evictions, with one `INFO`. Neither key nor value becomes a label or is
 * logged. A client that is monitored already, that cannot be (it is frozen), and any while the monitor is disabled, is returned as it is. One made
 * by `duplicate` is a client of its own.
 *
 * @throws {ConfigError} on an option that is not known or cannot be used.
 * @throws {TelltaleError} on anything but these clients.
 *
 * @example
 * const redis = monitorRedis(new Redis(process.env.REDIS_URL), { name: 'sessions' });
 */
export function monitorRedis<T extends object>(
  client: T,
  { monitor = defaultMonitor(), ...options }: RedisOptions & { readonly monitor?: Monitor } = {},
): T {
  if (!monitor.enabled) return client;
  const config = resolveConfig(redisOptions, options, {});
  if (typeof client !== 'object' || client === null || !isRedisClient(client)) {
    throw new TelltaleError(
      'cache',
      'monitorRedis was given something that it does not know. It takes a Redis or Cluster of ioredis 5 or 6, or what createClient, createClientPool or createCluster of node-redis 5 or 6 returned; for other caches there are monitorCache and trackCache.',
    );
  }
  const self = underlying(client);
  if (!isMonitored(self)) monitor.errors.guard('cache', () => observe(self, monitor, config), undefined);
  return client;
}

function observe(self: object, monitor: Monitor, config: RedisConfig): void {
  const observer = new CommandObserver(monitor, config, clientPrefix(self));
  if (isIoredis(self)) begin(self, new IoredisIntegration(self, observer), observer, false);
  else if (isNodeRedis(self)) begin(self, new NodeRedisIntegration(self, observer), observer, false);
  else if (isNodeRedisPool(self)) markMonitored(self, monitor, watchPool(self, membersOf(observer, false)));
  else if (isNodeRedisCluster(self)) markMonitored(self, monitor, watchCluster(self, membersOf(observer, true)));
}

/** Whether an object is a client that {@link monitorRedis} takes. */
export function isRedisClient(thing: object): boolean {
  const self = underlying(thing);
  return [isIoredis, isNodeRedis, isNodeRedisPool, isNodeRedisCluster].some((recognises) => recognises(self));
}

function begin(client: object, integration: Integration, observer: CommandObserver, part: boolean): void {
  const { monitor, cache, config, instruments } = observer;
  // A scrape must not keep a client alive that nobody uses any more.
  const reference = new WeakRef(integration);
  let refused = !config.serverStats;
  const ask = (): Promise<ServerReading | undefined> | undefined =>
    reference
      .deref()
      ?.ask()
      ?.catch((error) => {
        // A connection may be lost any time; an account that may not ask will not be allowed to by asking again.
        refused = redisErrorCode(error) === 'NOPERM';
        return undefined;
      });
  const source: ServerSource = {
    cache,
    part,
    connected: () => reference.deref()?.connected,
    ask: () => (refused ? undefined : ask()),
  };
  instruments.readings.servers.add(source);
  markMonitored(client, monitor, () => {
    instruments.readings.servers.delete(source);
    integration.dispose();
  });
}

/** Observes each client of a group when it is first used. */
function membersOf(observer: CommandObserver, part: boolean): (client: NodeRedisLike) => void {
  return (client) =>
    observer.monitor.errors.guard(
      'cache',
      () => {
        const self = underlying(client);
        if (!isMonitored(self)) begin(self, new NodeRedisIntegration(self, observer), observer, part);
      },
      undefined,
    );
}

/** What the client puts before every key. */
function clientPrefix(client: object): string | undefined {
  const { _keyPrefix, options } = client as { _keyPrefix?: unknown; options?: { keyPrefix?: unknown } };
  const prefix = _keyPrefix ?? options?.keyPrefix;
  return typeof prefix === 'string' ? prefix : undefined;
}
