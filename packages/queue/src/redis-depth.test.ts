import { systemClock } from '@telltale/core';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { startRedis, type TestRedis } from '../../../test/servers/redis.ts';
import { testMonitor } from '../test/test-monitor.ts';
import { monitorQueue } from './index.ts';

const LEASE = 'bull:orders:telltale-reader';

let redis: TestRedis;
let client: Redis;
beforeAll(async () => {
  redis = await startRedis({ own: true });
  client = new Redis(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await redis.stop();
});

async function open(options: object) {
  await client.flushall();
  const test = testMonitor(options);
  const queue = monitorQueue(new Queue('orders', { connection: { url: redis.url } }), { monitor: test.monitor });
  await queue.waitUntilReady();
  await queue.getVersion();
  onTestFinished(() => queue.close());
  return { ...test, queue };
}

/** How often each command was sent since the last reset. */
async function commands(): Promise<Record<string, number>> {
  const lines = (await client.info('commandstats')).matchAll(/^cmdstat_(.+?):calls=(\d+)/gm);
  return Object.fromEntries([...lines].map(([, name, calls]) => [name!, Number(calls)]));
}

it('reads a queue of many jobs by as few commands as one of few, none of them over the jobs', async () => {
  const { queue, scrape } = await open({ clock: systemClock });
  const jobs = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: 'order', data: i, opts: { priority: i % 2 } }));
  const look = async (): Promise<Record<string, number>> => {
    await scrape('queue_depth');
    await client.config('RESETSTAT');
    expect(await scrape('queue_depth')).toContain('state="waiting"}');
    const { config, info, ...sent } = await commands();
    return sent;
  };
  await queue.addBulk(jobs(2));
  const few = await look();
  await queue.addBulk(jobs(3_000));
  const many = await look();
  expect(many).toEqual(few);
  expect(few).toMatchObject({ llen: 3, zcard: 5, hexists: 1, lindex: 1, zrange: 1, hmget: 2, exists: 2 });
  expect(Object.values(few).reduce((sum, calls) => sum + calls, 0)).toBeLessThanOrEqual(19);
  expect(Object.keys(few).filter((name) => /^(lrange|scan|keys|hgetall|eval.*|.*rangebyscore)$/.test(name))).toEqual(
    [],
  );
});

it('holds its lease for three times what lies between its scrapes, and no shorter than 15 seconds', async () => {
  const { clock, scrape } = await open({});
  const lease = async (elapsedMs: number): Promise<number> => {
    clock.advance(elapsedMs);
    await scrape('queue_depth');
    return (await client.pttl(LEASE)) / 1_000;
  };
  for (const [elapsed, seconds] of [
    [0, 60],
    [1_000, 15],
    [30_000, 90],
    [3_600_000, 900],
  ] as const) {
    const held = await lease(elapsed);
    expect(held).toBeLessThanOrEqual(seconds);
    expect(held).toBeGreaterThan(seconds - 5);
  }
});

it('takes over when the lease of a process that was killed has ended, and not before', async () => {
  const { scrape } = await open({ clock: systemClock });
  await client.set(LEASE, 'somebody who was killed', 'PX', 60_000);
  expect(await scrape('queue_depth')).toBe('');
  await client.pexpire(LEASE, 20);
  await expect.poll(() => scrape('queue_depth')).toContain('queue="orders"');
  expect(await client.get(LEASE)).not.toContain('killed');
});
