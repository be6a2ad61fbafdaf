import { type ConnectionOptions, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type TestMonitor, testMonitor } from '../../../test/contracts/cache/kit.ts';
import { startRedis, type TestRedis } from '../../../test/servers/redis.ts';
import { monitorRedis } from './monitor-redis.ts';
import type { RedisOptions } from './options.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis({ own: true });
});
afterAll(() => server.stop());

/** Ten jobs through a real worker, whose queue and cache share one connection. */
async function work(test: TestMonitor, options: RedisOptions): Promise<void> {
  const client = monitorRedis(new Redis(server.url, { maxRetriesPerRequest: null }), {
    monitor: test.monitor,
    ...options,
  });
  const connection = client as unknown as ConnectionOptions;
  const queue = new Queue('emails', { connection });
  let done = 0;
  const worker = new Worker('emails', async ({ data }) => client.get(`user:${data.id}`), { connection });
  onTestFinished(async () => {
    await worker.close();
    await queue.close();
    client.disconnect();
  });
  const finished = new Promise<void>((resolve) => worker.on('completed', () => ++done === 10 && resolve()));
  await queue.addBulk(Array.from({ length: 10 }, (_, id) => ({ name: 'send', data: { id } })));
  await finished;
}

it('leaves the commands of BullMQ out where a queue shares its connection', async () => {
  const test = testMonitor();
  await work(test, {});
  const operations = await test.operations();
  expect(await test.samples('cache_misses_total')).toEqual(['redis user = 10']);
  // Queue and worker each ask once for the server's version, which has no key to know them by.
  expect(Object.fromEntries(operations)).toEqual({ get: 10, info: 2 });
  expect(test.errors).toEqual([]);
});

it('counts them where nothing is to be left out', async () => {
  const test = testMonitor();
  await work(test, { ignorePrefixes: [] });
  const operations = await test.operations();
  expect((operations.get('evalsha') ?? 0) + (operations.get('eval') ?? 0)).toBeGreaterThan(10);
});
