import { once } from 'node:events';
import { currentContext, runWithContext } from '@telltale/core';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis5';
import { createCluster } from 'redis';
import { createCluster as createCluster5 } from 'redis5';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type TestMonitor, testMonitor } from '../../../test/contracts/cache/kit.ts';
import { startRedisCluster, type TestCluster } from '../../../test/contracts/cache/redis-cluster.ts';
import { monitorRedis } from './monitor-redis.ts';
import { redisStatus } from './redis-status.ts';

let servers: TestCluster;
beforeAll(async () => {
  servers = await startRedisCluster();
});
afterAll(() => servers.stop());

/** How often the masters together have carried out a command. */
async function served(command: string): Promise<number> {
  let calls = 0;
  for (const port of servers.ports) {
    const stats = await servers.ask(port, 'info', 'commandstats');
    calls += Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }
  return calls;
}

const KEYS = Array.from({ length: 60 }, (_, i) => `user:${i}`);

describe.each([
  ['ioredis 6', (options: object) => new Cluster(nodes(), options)],
  ['ioredis 5', (options: object) => new Cluster5(nodes(), options) as unknown as Cluster],
] as const)('a cluster of %s', (_, create) => {
  async function open(test: TestMonitor, options: object = {}): Promise<Cluster> {
    const cluster = monitorRedis(create(options), { monitor: test.monitor });
    onTestFinished(() => cluster.disconnect());
    await once(cluster, 'ready');
    return cluster;
  }

  it('counts each command once, whichever node carries it out', async () => {
    const test = testMonitor();
    const cluster = await open(test);
    const before = { get: await served('get'), set: await served('set') };
    await Promise.all(KEYS.map((key) => cluster.set(key, 'x')));
    await Promise.all(KEYS.map((key) => cluster.get(key)));
    await cluster.pipeline().get('{user:1}:a').set('{user:1}:b', '1').exec();
    await cluster.multi().get('{user:1}:a').exec();
    await cluster.del('{user:1}:b');
    expect((await test.operations()).get('get')).toBe((await served('get')) - before.get);
    expect((await test.operations()).get('set')).toBe((await served('set')) - before.set);
    expect(await test.samples('cache_hits_total')).toEqual(['redis user = 60']);
    expect(await test.samples('cache_misses_total')).toEqual(['redis user = 2']);
    expect(await test.samples('cache_entries')).toEqual(['redis = 60']);
    expect(await redisStatus(cluster)).toMatchObject({ entries: 60, evicted: 0 });
    expect(test.errors).toEqual([]);
  });

  it('counts a redirected command once and no error', async () => {
    const test = testMonitor();
    const cluster = await open(test);
    await cluster.set('moved:1', 'x');
    // The client is made to believe that one node holds every slot.
    const [wrong] = (cluster as unknown as { slots: string[][] }).slots[0]!;
    for (const slot of (cluster as unknown as { slots: string[][] }).slots) slot[0] = wrong!;
    for (const key of KEYS) expect(await cluster.get(key)).toBe('x');
    expect((await test.operations()).get('get')).toBe(60);
    expect(await test.samples('cache_errors_total')).toEqual([]);
    await cluster.del('moved:1');
  });

  it('gives each caller its own commands where it sends those of many as one', async () => {
    const test = testMonitor();
    const cluster = await open(test, { enableAutoPipelining: true });
    await Promise.all(
      KEYS.map((key) =>
        runWithContext({ correlationId: key }, async () => {
          await cluster.get(key);
          expect(currentContext()?.correlationId).toBe(key);
          expect(currentContext()?.figures).toEqual({ cache_operations: 1, cache_hits: 1 });
        }),
      ),
    );
    expect(await test.samples('cache_hits_total')).toEqual(['redis user = 60']);
  });
});

describe.each([
  ['node-redis 6', createCluster],
  ['node-redis 5', createCluster5 as unknown as typeof createCluster],
] as const)('a cluster of %s', (_, create) => {
  it('counts each command once, whichever node carries it out', async () => {
    const test = testMonitor();
    const cluster = create({ rootNodes: servers.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
    cluster.on('error', () => {});
    expect(monitorRedis(cluster, { monitor: test.monitor })).toBe(cluster);
    await cluster.connect();
    onTestFinished(() => cluster.destroy());
    const before = { get: await served('get'), set: await served('set') };
    await Promise.all(KEYS.map((key) => cluster.set(key, 'x')));
    await Promise.all(KEYS.map((key) => cluster.get(key)));
    expect(await cluster.multi().get('user:1').exec()).toEqual(['x']);
    expect(await cluster.multi().get('user:1').execAsPipeline()).toEqual(['x']);
    expect((await test.operations()).get('get')).toBe((await served('get')) - before.get);
    expect((await test.operations()).get('set')).toBe((await served('set')) - before.set);
    expect(await test.samples('cache_hits_total')).toEqual(['redis user = 62']);
    expect(await test.samples('cache_connections')).toEqual(['redis = 3']);
    expect(await test.samples('cache_entries')).toEqual(['redis = 60']);
    expect(await redisStatus(cluster)).toMatchObject({ entries: 60, evicted: 0 });
    expect(test.errors).toEqual([]);
  });
});

function nodes(): { host: string; port: number }[] {
  return servers.ports.map((port) => ({ host: '127.0.0.1', port }));
}
