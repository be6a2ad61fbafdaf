import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunningBackend } from '../../../test/contracts/queue/driver.ts';
import { ioredis5, ioredis6 } from '../test/drivers.ts';
import { heard } from '../test/heard.ts';
import { testMonitor } from '../test/test-monitor.ts';
import { monitorBullMQ } from './index.ts';

for (const driver of [ioredis6, ioredis5]) {
  describe(driver.name, () => {
    let backend: RunningBackend;
    beforeAll(async () => {
      backend = await driver.start();
    });
    afterAll(() => backend.stop());

    it('tells workers, queues and flows apart, and leaves anything else alone', async () => {
      const { monitor, scrape } = testMonitor();
      const name = `any-${process.pid}`;
      const worker = backend.worker(name, async () => {});
      const [queue, flow] = [backend.queue(name), backend.flow()];
      onTestFinished(async () => {
        await worker.close();
        await queue.obliterate({ force: true });
        await Promise.all([queue.close(), flow.close()]);
      });
      for (const each of [worker, queue, flow]) expect(monitorBullMQ(each, { monitor })).toBe(each);
      for (const other of [{}, [], new Map(), () => {}, { add() {}, addBulk() {} }]) {
        expect(monitorBullMQ(other, { monitor })).toBeUndefined();
      }
      const completed = heard(worker, 'completed');
      await flow.add({ name: 'one', queueName: name });
      await completed;
      expect(await scrape('queue_jobs_added_total')).toContain('job="one"} 1');
      expect(await scrape('queue_jobs_processed_total')).toContain('job="one",status="completed"} 1');
    });
  });
}
