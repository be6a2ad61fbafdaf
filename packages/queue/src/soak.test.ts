import { systemClock } from '@telltale/core';
import { expect, it } from 'vitest';
import { ioredis6 } from '../test/drivers.ts';
import { testMonitor } from '../test/test-monitor.ts';
import { monitorQueue, monitorWorker } from './index.ts';

/** `npm run soak -w @telltale/queue` runs 50,000. */
const JOBS = Number(process.env.TELLTALE_SOAK_JOBS ?? 2_000);
const BULK = 500;

it(`counts ${JOBS} jobs exactly as BullMQ does, and gives each its own correlation ID throughout`, {
  timeout: 600_000,
}, async () => {
  const backend = await ioredis6.start();
  const { monitor, scrape, errors, log } = testMonitor({ clock: systemClock });
  const queue = monitorQueue(backend.queue(`soak-${process.pid}`), { monitor });
  let ended = 0;
  let attempts = 0;
  // One in ten fails at first, one in twenty-five for good.
  const processor = async (job: { data: number; attemptsMade: number }): Promise<void> => {
    attempts++;
    if (job.data % 25 === 0 || (job.data % 10 === 1 && job.attemptsMade === 0)) throw new Error('no');
  };
  let allEnded = (): void => {};
  const all = new Promise<void>((resolve) => (allEnded = resolve));
  const workers = [1, 2].map(() => {
    const worker = backend.worker(queue.name, processor as never, { concurrency: 20 });
    const end = (): void => {
      if (++ended === JOBS) allEnded();
    };
    worker.on('completed', end);
    worker.on('failed', (job) => {
      if (job?.finishedOn !== undefined) end();
    });
    return monitorWorker(worker, { monitor });
  });
  for (let from = 0; from < JOBS; from += BULK) {
    const size = Math.min(BULK, JOBS - from);
    await queue.addBulk(
      Array.from({ length: size }, (_, i) => ({ name: 'order', data: from + i, opts: { attempts: 2 } })),
    );
  }
  await all;

  const failed = Math.ceil(JOBS / 25);
  const counts = await queue.getJobCounts('completed', 'failed');
  expect(counts).toEqual({ completed: JOBS - failed, failed });
  const labels = `{queue="${queue.name}",job="order"`;
  const processed = await scrape('queue_jobs_processed_total');
  expect(processed).toContain(`${labels},status="completed"} ${counts.completed}`);
  expect(processed).toContain(`${labels},status="failed"} ${counts.failed}`);
  expect(processed).toContain(`${labels},status="retried"} ${attempts - JOBS}`);
  expect(await scrape('queue_jobs_added_total')).toContain(`${labels}} ${JOBS}`);
  expect(await scrape('queue_job_retries_total')).toContain(`${labels}} ${attempts - JOBS}`);
  expect(await scrape('queue_job_failures_total')).toContain(
    `${labels},error_type="Error"} ${attempts - JOBS + failed}`,
  );
  expect(await scrape('queue_jobs_exhausted_total')).toContain(`${labels}} ${failed}`);
  expect(await scrape('queue_job_wait_seconds')).toContain(`_count${labels}} ${JOBS}`);
  expect(await scrape('queue_job_attempts')).toContain(`_sum${labels}} ${attempts}`);
  const depth = await scrape('queue_depth');
  expect(depth).toContain(`state="completed"} ${counts.completed}`);
  expect(depth).toContain(`state="failed"} ${counts.failed}`);

  const lines = log().filter((line) => line.job === 'order');
  expect(lines).toHaveLength(attempts);
  const idsOf = new Map<unknown, Set<unknown>>();
  for (const line of lines) {
    const ids = idsOf.get(line.job_id) ?? new Set();
    idsOf.set(line.job_id, ids.add(line.correlation_id));
  }
  expect([...idsOf.values()].filter((ids) => ids.size !== 1)).toEqual([]);
  expect(new Set([...idsOf.values()].flatMap((ids) => [...ids])).size).toBe(JOBS);
  expect(errors).toEqual([]);

  await Promise.all(workers.map((worker) => worker.close()));
  await queue.obliterate({ force: true });
  await queue.close();
  await backend.stop();
});
