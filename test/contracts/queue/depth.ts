import { systemClock } from '@telltale/core';
import { monitorQueue, queueStatus } from '@telltale/queue';
import type { JobType } from 'bullmq';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testMonitor } from '../../../packages/queue/test/test-monitor.ts';
import type { RunningBackend } from './driver.ts';
import { startKit } from './kit.ts';

/** What is known of a queue beside what passes through this process. */
export function depthContract(backend: () => RunningBackend): void {
  describe('depth', () => {
    it('shows the jobs by state as BullMQ counts them, and how long the next one has been waiting', async () => {
      const kit = startKit(backend());
      const first = await kit.queue.add('a', {});
      await kit.queue.add('b', {});
      await kit.queue.add('later', {}, { delay: 60_000 });
      await kit.queue.add('urgent', {}, { priority: 1 });
      const text = await kit.scrape('queue_depth');
      const age = Number((await kit.scrape('queue_oldest_waiting_job_age_seconds')).split(' ')[1]);
      const shown = Object.fromEntries(
        text.split('\n').map((line) => [/state="(.*?)"/.exec(line)![1], Number(line.split(' ')[1])]),
      );
      // BullMQ 5 adds `paused` where the waiting are asked for.
      expect(await kit.queue.getJobCounts(...(Object.keys(shown) as JobType[]))).toMatchObject(shown);
      expect(shown).toMatchObject({ waiting: 2, delayed: 1, prioritized: 1 });
      expect(age).toBeLessThanOrEqual((Date.now() - first.timestamp) / 1000);
      expect(age).toBeGreaterThanOrEqual(0);
      expect(await queueStatus(kit.queue)).toMatchObject({ counts: shown, paused: false });
      expect(kit.errors).toEqual([]);
    });

    it('leaves the delay out of the age, and knows a paused queue', async () => {
      const kit = startKit(backend());
      await kit.queue.add('old', {}, { timestamp: Date.now() - 50_000, delay: 40_000 });
      await kit.queue.promoteJobs();
      await kit.queue.pause();
      const status = await queueStatus(kit.queue);
      expect(status.paused).toBe(true);
      expect(status.counts.waiting).toBe(1);
      expect(status.oldestWaitingSeconds).toBeGreaterThan(9);
      expect(status.oldestWaitingSeconds).toBeLessThan(49);
      expect(await kit.scrape('queue_paused')).toBe(`queue_paused{queue="${kit.name}"} 1`);
    });

    it('counts one that failed and was put back by hand, or waited for its children, from when it was seen to wait', async () => {
      const kit = startKit(backend());
      const age = async (): Promise<number> => {
        const text = await kit.scrape('queue_oldest_waiting_job_age_seconds');
        return Number(
          text
            .split('\n')
            .find((line) => line.includes(`"${kit.name}"`))!
            .split(' ')[1],
        );
      };
      const timestamp = Date.now() - 50_000;
      const failing = kit.work(async () => {
        throw new Error('no');
      });
      await kit.queue.add('again', {}, { timestamp });
      await kit.ended(failing, 1);
      await failing.close();
      const [job] = await kit.queue.getFailed();
      await job!.retry();
      const first = await age();
      expect(first).toBeLessThan(40);
      await expect.poll(age).toBeGreaterThan(first);
      await job!.remove();

      const children = kit.work(async () => {}, { queueName: `${kit.name}-children` });
      await kit.flow.add({
        name: 'parent',
        queueName: kit.name,
        opts: { timestamp },
        children: [{ name: 'child', queueName: `${kit.name}-children` }],
      });
      await kit.ended(children, 1);
      expect((await kit.queue.getJobCounts('waiting')).waiting).toBe(1);
      expect(await age()).toBeLessThan(40);
    });

    it('is shown by one process, and by another when that one is gone or has closed', async () => {
      const kit = startKit(backend());
      const { monitor: other, scrape } = testMonitor({ clock: systemClock });
      const again = monitorQueue(backend().queue(kit.name), { monitor: other });
      onTestFinished(() => again.close());
      const shown = async (): Promise<boolean[]> => [
        (await kit.scrape('queue_depth')) !== '',
        (await scrape('queue_depth')) !== '',
      ];
      expect(await shown()).toEqual([true, false]);
      expect(await shown()).toEqual([true, false]);

      await backend().endLease(again);
      expect((await scrape('queue_depth')) !== '').toBe(true);
      expect(await shown()).toEqual([false, true]);

      await other.close();
      expect((await kit.scrape('queue_depth')) !== '').toBe(true);
    });

    it('is read by the worker where no queue is monitored, and not at all where that is not wanted', async () => {
      const kit = startKit(backend());
      const name = `${kit.name}-alone`;
      const worker = kit.work(async () => {}, { queueName: name });
      await worker.waitUntilReady();
      expect(await kit.scrape('queue_depth')).toContain(`queue="${name}",state="waiting"} 0`);
      await worker.close();
      expect(await kit.scrape('queue_depth')).not.toContain(name);
      const quiet = kit.work(async () => {}, { queueName: name, monitoring: { depth: false } });
      await quiet.waitUntilReady();
      expect(await kit.scrape('queue_depth')).not.toContain(name);
    });
  });
}
