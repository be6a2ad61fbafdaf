import { systemClock, TelltaleError } from '@telltale/core';
import type { ServerReading } from './cache-readings.ts';
import { isIoredis } from './ioredis.ts';
import { isNodeRedis, type NodeRedisLike, underlying } from './node-redis.ts';
import { isNodeRedisCluster, isNodeRedisPool } from './node-redis-group.ts';
import { readInfo, sumReadings } from './server-info.ts';

/** What one look at a Redis found; of a cluster, of its masters together. */
export interface RedisStatus extends ServerReading {
  /** Until the answer was there. */
  readonly durationMs: number;
}

interface Informed {
  info(): Promise<unknown>;
}

/**
 * One look at a Redis through any client that `monitorRedis` takes, monitored or not: keys in its database, memory,
 * evictions since it was started, and how long the answer took. For a health check; it waits for the connection as any
 * command does, so set a limit to it.
 *
 * @throws {TelltaleError} on anything but these clients; else what the client throws.
 */
export async function redisStatus(client: object): Promise<RedisStatus> {
  const begun = systemClock.monotonic();
  const readings = await Promise.all(await read(client));
  return { ...sumReadings(readings), durationMs: systemClock.monotonic() - begun };
}

async function read(client: object): Promise<readonly Promise<ServerReading>[]> {
  const self = underlying(client);
  if (isIoredis(self)) {
    if (self.isCluster) return self.nodes!('master').map((node) => ask(node, 0));
    return [ask(self, self.condition?.select ?? self.options.db ?? 0)];
  }
  if (isNodeRedis(self)) return [ask(client as unknown as Informed, self.options?.database ?? 0)];
  if (isNodeRedisPool(self)) return [ask(client as unknown as Informed, 0)];
  if (isNodeRedisCluster(self)) {
    const { masters } = self as unknown as { readonly masters: readonly unknown[] };
    const { nodeClient } = self as unknown as { nodeClient(node: unknown): Promise<NodeRedisLike & Informed> };
    return masters.map(async (node) => ask(await nodeClient.call(self, node), 0));
  }
  throw new TelltaleError(
    'cache',
    'redisStatus was given something that it does not know. It takes what monitorRedis takes: a client of ioredis or node-redis.',
  );
}

async function ask(client: Informed, database: number): Promise<ServerReading> {
  return readInfo(String(await client.info()), database);
}
