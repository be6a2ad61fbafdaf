import type { Operation } from '@telltale/core';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { heard } from '../../../packages/queue/test/heard.ts';
import type { RunningBackend } from './driver.ts';
import { startKit } from './kit.ts';

class CardDeclined extends Error {}

/** What is measured and logged of jobs. */
export function jobContract(backend: () => RunningBackend): void {
  describe('jobs', () => {
    it('counts what was added, completed, retried and failed as BullMQ does', async () => {
      const kit = startKit(backend());
      const { name } = kit;
      for (let i = 0; i < 5; i++) await kit.queue.add('ok', {});
      await kit.queue.addBulk([
        { name: 'bad', data: {}, opts: { attempts: 3 } },
        { name: 'worse', data: {}, opts: { attempts: 3 } },
      ]);
      const worker = kit.work(async (job) => {
        if (job.name === 'bad') throw new CardDeclined('no');
        if (job.name === 'worse') throw new UnrecoverableError('never');
      });
      await kit.ended(worker, 9);
      const counts = await kit.queue.getJobCounts('completed', 'failed');
      expect(counts).toEqual({ completed: 5, failed: 2 });
      expect((await kit.scrape('queue_jobs_processed_total')).split('\n').sort()).toEqual([
        `queue_jobs_processed_total{queue="${name}",job="bad",status="completed"} 0`,
        `queue_jobs_processed_total{queue="${name}",job="bad",status="failed"} 1`,
        `queue_jobs_processed_total{queue="${name}",job="bad",status="retried"} 2`,
        `queue_jobs_processed_total{queue="${name}",job="ok",status="completed"} 5`,
        `queue_jobs_processed_total{queue="${name}",job="ok",status="failed"} 0`,
        `queue_jobs_processed_total{queue="${name}",job="worse",status="completed"} 0`,
        `queue_jobs_processed_total{queue="${name}",job="worse",status="failed"} 1`,
      ]);
      expect(await kit.scrape('queue_jobs_added_total')).toContain(`{queue="${name}",job="ok"} 5`);
      expect(await kit.scrape('queue_jobs_added_total')).toContain(`{queue="${name}",job="bad"} 1`);
      expect(await kit.scrape('queue_job_retries_total')).toContain(`{queue="${name}",job="bad"} 2`);
      expect((await kit.scrape('queue_job_failures_total')).split('\n').sort()).toEqual([
        `queue_job_failures_total{queue="${name}",job="bad",error_type="CardDeclined"} 3`,
        `queue_job_failures_total{queue="${name}",job="worse",error_type="UnrecoverableError"} 1`,
      ]);
      const exhausted = await kit.scrape('queue_jobs_exhausted_total');
      expect(exhausted).toContain(`{queue="${name}",job="bad"} 1`);
      expect(exhausted).toContain(`{queue="${name}",job="worse"} 0`);
      const attempts = await kit.scrape('queue_job_attempts');
      expect(attempts).toContain(`queue_job_attempts_sum{queue="${name}",job="bad"} 3`);
      expect(attempts).toContain(`queue_job_attempts_sum{queue="${name}",job="ok"} 5`);
      expect(await kit.scrape('queue_job_duration_seconds')).toContain(
        `_count{queue="${name}",job="ok",status="completed"} 5`,
      );
    });

    it('measures the wait of first attempts alone, without delay and backoff', async () => {
      const kit = startKit(backend());
      const job = await kit.queue.add('late', {}, { delay: 300, attempts: 2, backoff: { type: 'fixed', delay: 400 } });
      let processedOn = 0;
      const worker = kit.work(async (running: Job) => {
        if (running.attemptsMade > 0) return;
        processedOn = running.processedOn!;
        throw new Error('again');
      });
      await kit.ended(worker, 2);
      const wait = Math.max(0, processedOn - (job.timestamp + 300)) / 1000;
      const text = await kit.scrape('queue_job_wait_seconds');
      expect(text).toContain(`_count{queue="${kit.name}",job="late"} 1`);
      expect(Number(/_sum\{.*\} (.*)/.exec(text)![1])).toBeCloseTo(wait, 6);
    });

    it('measures no wait of a job that ran before its delay was over', async () => {
      const kit = startKit(backend());
      const early = await kit.queue.add('early', {}, { delay: 60_000 });
      await early.promote();
      const shortened = await kit.queue.add('shortened', {}, { delay: 60_000 });
      await shortened.changeDelay(10);
      const worker = kit.work(async () => {});
      await kit.ended(worker, 2);
      expect(await kit.scrape('queue_job_wait_seconds')).not.toMatch(/_count\{.*\} [^0]/);
    });

    it('measures how late the runs of a scheduler begin', async () => {
      const kit = startKit(backend());
      await kit.queue.upsertJobScheduler('tick', { every: 40 }, { name: 'tick' });
      const worker = kit.work(async () => {});
      await kit.ended(worker, 3);
      await kit.queue.removeJobScheduler('tick');
      const [, count] = /_count\{.*\} (.*)/.exec(await kit.scrape('queue_scheduler_lag_seconds'))!;
      expect(Number(count)).toBeGreaterThanOrEqual(3);
    });

    it('writes one line for an attempt, and for a failure one error or, where it comes again, one warning', async () => {
      const kit = startKit(backend(), { logLevel: 'DEBUG' });
      await kit.queue.add('ok', {});
      await kit.queue.add('bad', {}, { attempts: 2 });
      const worker = kit.work(async (job) => {
        if (job.name === 'bad') throw new CardDeclined('no money');
      });
      await kit.ended(worker, 3);
      const lines = kit.log();
      const ok = lines.filter((line) => line.job === 'ok');
      expect(ok).toMatchObject([
        { level: 'DEBUG', event_type: 'request', message: `${kit.name}/ok began`, attempt: 1 },
        {
          level: 'INFO',
          event_type: 'response',
          message: `${kit.name}/ok completed`,
          queue: kit.name,
          status: 'completed',
          attempt: 1,
        },
      ]);
      expect(ok[1]).toMatchObject({
        duration_ms: expect.any(Number),
        wait_ms: expect.any(Number),
        job_id: expect.any(String),
      });
      expect(ok[1]!.correlation_id).toBe(ok[0]!.correlation_id);
      const bad = lines.filter((line) => line.job === 'bad' && line.event_type === 'error');
      expect(bad).toMatchObject([
        { level: 'WARNING', status: 'retried', attempt: 1, attempts_allowed: 2, will_retry: true },
        { level: 'ERROR', status: 'failed', attempt: 2, will_retry: false, error: { message: 'no money' } },
      ]);
    });

    it("puts what the job's work came to on its line", async () => {
      const kit = startKit(backend());
      await kit.queue.add('figures', {});
      const { currentContext } = await import('@telltale/core');
      const worker = kit.work(
        async () => {
          currentContext()!.addFigure('ai_calls', 2);
        },
        { monitoring: { memory: true } },
      );
      await kit.ended(worker, 1);
      const line = kit.log().find((each) => each.event_type === 'response')!;
      expect(line.ai_calls).toBe(2);
      expect(line.rss_before_bytes).toBeGreaterThan(1e6);
      expect(line.rss_peak_bytes).toBeGreaterThanOrEqual(
        Math.max(line.rss_before_bytes as number, line.rss_after_bytes as number),
      );
    });

    it('counts a job that its processor put back as deferred, and then as what it came to', async () => {
      const kit = startKit(backend());
      await kit.queue.add('patient', {});
      let first = true;
      const worker = kit.work(async (job, token) => {
        if (!first) return;
        first = false;
        await job.moveToDelayed(Date.now() + 10, token);
        throw new DelayedError();
      });
      await kit.ended(worker, 1);
      const text = await kit.scrape('queue_jobs_processed_total');
      expect(text).toContain('job="patient",status="deferred"} 1');
      expect(text).toContain('job="patient",status="completed"} 1');
      expect(text).toContain('job="patient",status="failed"} 0');
    });

    it('notes a job that runs longer than expected while it runs', async () => {
      const kit = startKit(backend());
      await kit.queue.add('slow', {});
      const overdue = (): boolean => kit.log().some((line) => line.event_type === 'performance');
      const worker = kit.work(
        async () => {
          while (!overdue()) await new Promise((resolve) => setImmediate(resolve));
          expect(await kit.scrape('queue_worker_active_jobs')).toBe(`queue_worker_active_jobs{queue="${kit.name}"} 1`);
          expect(Number((await kit.scrape('queue_longest_running_job_seconds')).split(' ')[1])).toBeGreaterThan(0.02);
        },
        { monitoring: { longRunningMs: 25 } },
      );
      await kit.ended(worker, 1);
      expect((await kit.queue.getJobCounts('completed')).completed).toBe(1);
      expect(await kit.scrape('queue_jobs_overdue_total')).toBe(
        `queue_jobs_overdue_total{queue="${kit.name}",job="slow"} 1`,
      );
      expect(kit.log().find((line) => line.event_type === 'performance')).toMatchObject({
        level: 'WARNING',
        job: 'slow',
        threshold_ms: 25,
      });
    });

    it('counts a job that ran already when the worker was handed over', async () => {
      const kit = startKit(backend());
      await kit.queue.add('early', {});
      const { monitorWorker } = await import('@telltale/queue');
      let letGo = (): void => {};
      const held = new Promise<void>((resolve) => (letGo = resolve));
      const worker = backend().worker(kit.name, () => held);
      await heard(worker, 'active');
      monitorWorker(worker, { monitor: kit.monitor });
      const done = heard(worker, 'completed');
      letGo();
      await done;
      await worker.close();
      expect(await kit.scrape('queue_jobs_processed_total')).toContain('job="early",status="completed"} 1');
      expect(kit.log().find((line) => line.event_type === 'response')).toMatchObject({
        attempt: 1,
        duration_ms: expect.any(Number),
      });
    });

    it('notices stalled jobs, and a worker that closes', async () => {
      const kit = startKit(backend());
      await kit.queue.add('stuck', {});
      let letGo = (): void => {};
      const held = new Promise<void>((resolve) => (letGo = resolve));
      const dead = backend().worker(kit.name, () => held, {
        skipLockRenewal: true,
        lockDuration: 50,
        skipStalledCheck: true,
      });
      dead.on('error', () => {});
      await heard(dead, 'active');
      const worker = kit.work(async () => {}, { stalledInterval: 60, maxStalledCount: 1 });
      await kit.ended(worker, 1);
      letGo();
      await dead.close();
      expect(await kit.scrape('queue_jobs_stalled_total')).toBe(`queue_jobs_stalled_total{queue="${kit.name}"} 1`);
      expect(kit.log().find((line) => /stalled/.test(String(line.message)))).toMatchObject({
        level: 'WARNING',
        event_type: 'system',
      });
      expect(await kit.scrape('queue_workers')).toContain(`{queue="${kit.name}",state="running"} 1`);
      await worker.close();
      expect(await kit.scrape('queue_worker_drain_seconds')).toContain(`_count{queue="${kit.name}"} 1`);
      expect(await kit.scrape('queue_workers')).toContain(`{queue="${kit.name}",state="running"} 0`);
    });

    it('tells who listens of adding and of processing', async () => {
      const kit = startKit(backend());
      const ended: Operation[] = [];
      kit.monitor.operations.subscribe({ onEnd: (operation) => ended.push(operation) });
      await kit.queue.add('one', {});
      await kit.queue.addBulk([
        { name: 'one', data: {} },
        { name: 'bad', data: {} },
      ]);
      const worker = kit.work(async (job) => {
        if (job.name === 'bad') throw new CardDeclined('no');
      });
      await kit.ended(worker, 3);
      const told = ended.map(({ kind, name, outcome, attributes }) => [
        kind,
        name,
        outcome,
        attributes.operation,
        attributes.jobs,
      ]);
      expect(told.slice(0, 2)).toEqual([
        ['queue', `${kit.name}/one`, 'ok', 'add', 1],
        ['queue', kit.name, 'ok', 'add', 2],
      ]);
      expect(told.slice(2).sort()).toEqual([
        ['queue', `${kit.name}/bad`, 'error', 'process', undefined],
        ['queue', `${kit.name}/one`, 'ok', 'process', undefined],
        ['queue', `${kit.name}/one`, 'ok', 'process', undefined],
      ]);
    });

    it('calls the hundred and first name of a job other', async () => {
      const kit = startKit(backend());
      await kit.queue.addBulk(Array.from({ length: 120 }, (_, i) => ({ name: `job-${i}`, data: {} })));
      const worker = kit.work(async () => {}, { concurrency: 10 });
      await kit.ended(worker, 120);
      const text = await kit.scrape('queue_jobs_processed_total');
      expect(text).toContain('job="other",status="completed"} 20');
      expect(text.split('\n').filter((line) => line.includes('status="completed"'))).toHaveLength(101);
    });
  });
}
