import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '@telltale/core';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startRedis } from '../../../test/servers/redis.ts';
import { heard } from '../test/heard.ts';
import { testMonitor } from '../test/test-monitor.ts';
import { monitorQueue, monitorWorker } from './index.ts';

const JOBS = 300;

it('counts every job over a crash of Redis, shows no old depth meanwhile, and grows no listeners', async () => {
  const redis = await startRedis({ own: true });
  const { monitor, scrape, errors } = testMonitor({ clock: systemClock });
  const connection = { url: redis.url, maxRetriesPerRequest: null, retryStrategy: () => 20 };
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', onRejection);

  const queue = monitorQueue(new Queue('orders', { connection }), { monitor });
  let completed = 0;
  let letGo = (): void => {};
  let halfway = (): void => {};
  const half = new Promise<void>((resolve) => (halfway = resolve));
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const worker = new Worker(
    'orders',
    async () => {
      if (completed < JOBS / 2) return;
      halfway();
      await held;
    },
    { connection, concurrency: 5, runRetryDelay: 20, lockDuration: 60_000 },
  );
  monitorWorker(worker, { monitor });
  queue.on('error', () => {});
  worker.on('error', () => {});
  const all = new Promise<void>((resolve) => {
    worker.on('completed', () => {
      if (++completed === JOBS) resolve();
    });
  });
  onTestFinished(async () => {
    process.off('unhandledRejection', onRejection);
    await worker.close(true);
    await queue.close();
    await redis.stop();
  });

  await queue.addBulk(Array.from({ length: JOBS }, (_, i) => ({ name: 'order', data: i })));
  await half;
  expect(await scrape('queue_depth')).toContain('state="completed"} ');
  await redis.kill();
  letGo();
  expect(await scrape('queue_depth')).toBe('');
  await redis.restart();
  await all;

  expect((await queue.getJobCounts('completed')).completed).toBe(JOBS);
  const processed = await scrape('queue_jobs_processed_total');
  expect(processed).toContain(`status="completed"} ${JOBS}`);
  await shown(scrape, JOBS);
  expect(await scrape('queue_worker_active_jobs')).toMatch(/ 0$/);

  const inside = await (queue as unknown as { backend: { client: Promise<Redis> } }).backend.client;
  const listeners = () =>
    [queue, worker, inside].map((each) => each.eventNames().map((event) => [String(event), each.listenerCount(event)]));
  await scrape();
  const before = listeners();
  const killer = new Redis(redis.url);
  onTestFinished(() => killer.disconnect());
  let heap = 0;
  for (let i = 0; i < 25; i++) {
    // The first few fill what is filled once.
    if (i === 5) heap = heapUsed();
    const ready = heard(inside, 'ready');
    await killer.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await scrape();
    await ready;
    await scrape();
  }
  await shown(scrape, JOBS);
  expect(listeners()).toEqual(before);
  expect(heapUsed() - heap).toBeLessThan(2_000_000);
  expect(errors).toEqual([]);
  expect(rejections).toEqual([]);
});

it('lets queue and worker be made and scraped where Redis is not there yet', async () => {
  const redis = await startRedis({ own: true });
  await redis.kill();
  const { monitor, scrape, errors } = testMonitor({ clock: systemClock });
  const connection = { url: redis.url, maxRetriesPerRequest: null, retryStrategy: () => 20 };
  const queue = monitorQueue(new Queue('orders', { connection }), { monitor });
  const worker = monitorWorker(new Worker('orders', async () => 'done', { connection }), { monitor });
  queue.on('error', () => {});
  worker.on('error', () => {});
  onTestFinished(async () => {
    await worker.close(true);
    await queue.close();
    await redis.stop();
  });
  for (let i = 0; i < 3; i++) expect(await scrape('queue_depth')).toBe('');
  await expect.poll(() => scrape('queue_worker_errors_total')).toContain('error_type="ECONNREFUSED"');
  const completed = heard(worker, 'completed');
  const adding = queue.add('order', {});
  await redis.restart();
  await adding;
  await completed;
  await shown(scrape, 1);
  expect(await scrape('queue_jobs_processed_total')).toContain('status="completed"} 1');
  expect(errors).toEqual([]);
});

/** After everything that nobody holds was thrown away. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** A look that hung while Redis was away may have to end before the next one is made. */
async function shown(scrape: (name: string) => Promise<string>, completed: number): Promise<void> {
  await vi.waitFor(async () => expect(await scrape('queue_depth')).toContain(`state="completed"} ${completed}`), {
    timeout: 10_000,
  });
}
