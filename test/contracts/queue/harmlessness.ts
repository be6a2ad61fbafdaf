import { monitorFlow, monitorQueue, monitorWorker } from '@telltale/queue';
import type { Job } from 'bullmq';
import { describe, expect, it, onTestFinished } from 'vitest';
import { heard } from '../../../packages/queue/test/heard.ts';
import { testMonitor } from '../../../packages/queue/test/test-monitor.ts';
import type { RunningBackend } from './driver.ts';
import { startKit } from './kit.ts';

/** Nothing about a monitored object is different to its owner. */
export function harmlessnessContract(backend: () => RunningBackend): void {
  describe('harmlessness', () => {
    it('hands back the very object, with its own keys and listeners, however often it is asked', async () => {
      const { monitor } = testMonitor();
      const [queue, flow] = [backend().queue('harmless'), backend().flow()];
      const processor = async (): Promise<void> => {};
      const worker = backend().worker('harmless', processor, { autorun: false });
      const objects = [queue, flow, worker];
      onTestFinished(async () => void (await Promise.all(objects.map((each) => each.close()))));
      await worker.waitUntilReady();
      const look = () =>
        objects.map((each) => ({
          keys: Object.keys(each).filter((key) => key !== 'telemetry'),
          listeners: each.eventNames().map((event) => [event, each.listenerCount(event)]),
        }));
      const before = look();
      for (let i = 0; i < 3; i++) {
        expect(monitorQueue(queue, { monitor })).toBe(queue);
        expect(monitorFlow(flow, { monitor })).toBe(flow);
        expect(monitorWorker(worker, { monitor })).toBe(worker);
      }
      expect(look()).toEqual(before);
      expect((worker as unknown as { processFn: unknown }).processFn).toBe(processor);
      expect(flow.add.length).toBe(Object.getPrototypeOf(flow).add.length);
    });

    it('puts everything back when the monitor closes, and does nothing where it is disabled', async () => {
      const { monitor } = testMonitor();
      const { monitor: disabled } = testMonitor({ enabled: false });
      const [queue, flow] = [backend().queue('restored'), backend().flow()];
      const worker = backend().worker('restored', async () => {}, { autorun: false });
      const objects = [queue, flow, worker];
      onTestFinished(async () => void (await Promise.all(objects.map((each) => each.close()))));
      await worker.waitUntilReady();
      const own = () => objects.map((each) => [Reflect.ownKeys(each), 'telemetry' in each.opts]);
      const before = own();
      for (const each of [monitor, disabled]) {
        monitorQueue(queue, { monitor: each });
        monitorFlow(flow, { monitor: each });
        monitorWorker(worker, { monitor: each });
        if (each === monitor) {
          expect(own()).not.toEqual(before);
          await monitor.close();
        }
        expect(own()).toEqual(before);
      }
    });

    it('passes arguments, results, errors and the signal through as they are', async () => {
      const kit = startKit(backend());
      const error = new TypeError('as it was');
      let got: unknown[] = [];
      const worker = kit.work(async (job, token, signal) => {
        got = [job.name, typeof token, signal instanceof AbortSignal];
        if (job.name === 'bad') throw error;
        return { result: [1, 'two'] };
      });
      const completed = heard(worker, 'completed');
      await kit.queue.add('good', {});
      expect((await completed)[1]).toEqual({ result: [1, 'two'] });
      expect(got).toEqual(['good', 'string', true]);
      const failed = heard(worker, 'failed');
      await kit.queue.add('bad', {});
      const [job, thrown] = (await failed) as [Job, unknown];
      expect(thrown).toBe(error);
      expect(job.failedReason).toBe('as it was');
    });

    it('takes a processor that is not async, throws at once, or returns what can be awaited only once', async () => {
      const kit = startKit(backend());
      let awaited = 0;
      const lazy = {
        // biome-ignore lint/suspicious/noThenProperty: what some query builders return
        then(resolve: (value: string) => void) {
          awaited++;
          resolve('lazy');
        },
      };
      const results: unknown[] = [];
      const worker = kit.work(((job: { name: string }) => {
        if (job.name === 'sync') return 'sync';
        if (job.name === 'lazy') return lazy;
        throw new RangeError('at once');
      }) as never);
      worker.on('completed', (_job, result) => results.push(result));
      for (const name of ['sync', 'lazy', 'throws']) await kit.queue.add(name, {});
      await kit.ended(worker, 3);
      expect(results.sort()).toEqual(['lazy', 'sync']);
      expect(awaited).toBe(1);
      expect(await kit.scrape('queue_job_failures_total')).toContain('job="throws",error_type="RangeError"} 1');
      expect(await kit.scrape('queue_worker_active_jobs')).toMatch(/ 0$/);
    });

    it('lets the concurrency change while the worker runs', async () => {
      const kit = startKit(backend());
      const worker = kit.work(async () => {}, { concurrency: 2 });
      await worker.waitUntilReady();
      expect(await kit.scrape('queue_worker_concurrency')).toMatch(/ 2$/);
      worker.concurrency = 7;
      expect(worker.concurrency).toBe(7);
      expect(await kit.scrape('queue_worker_concurrency')).toMatch(/ 7$/);
    });

    it('shows a worker that is paused, and one that runs again', async () => {
      const kit = startKit(backend());
      const worker = kit.work(async () => {});
      await worker.waitUntilReady();
      const states = async () =>
        (await kit.scrape('queue_workers')).split('\n').map((line) => line.replace(/.*state="(.*)"}/, '$1'));
      expect((await states()).sort()).toEqual(['paused 0', 'running 1', 'stopped 0']);
      await worker.pause();
      expect((await states()).sort()).toEqual(['paused 1', 'running 0', 'stopped 0']);
      expect(await kit.scrape('queue_worker_concurrency')).toMatch(/ 0$/);
      worker.resume();
      expect((await states()).sort()).toEqual(['paused 0', 'running 1', 'stopped 0']);
    });

    it("lets a listener's error go where it goes without Telltale", async () => {
      const kit = startKit(backend());
      const worker = kit.work(async () => {});
      const heard = new Promise((resolve) => worker.on('error', resolve));
      worker.on('completed', () => {
        throw new Error('of the listener');
      });
      await kit.queue.add('one', {});
      expect(await heard).toMatchObject({ message: 'of the listener' });
      expect(kit.errors).toEqual([]);
    });

    it('rejects an add that fails as BullMQ does, and counts it', async () => {
      const kit = startKit(backend());
      await expect(kit.queue.add('one', {}, { jobId: '0' })).rejects.toThrow(/JobId cannot be '0'/);
      expect(await kit.scrape('queue_add_errors_total')).toContain(`{queue="${kit.name}",error_type="Error"} 1`);
      expect(await kit.scrape('queue_jobs_added_total')).toBe('');
    });

    it('refuses what is not of BullMQ, and says what it takes', () => {
      const { monitor, errors } = testMonitor();
      for (const thing of [undefined, null, 7, {}, new Map()] as never[]) {
        expect(() => monitorWorker(thing, { monitor })).toThrow('It takes a Worker of BullMQ 5 or 6');
        expect(() => monitorQueue(thing, { monitor })).toThrow('It takes a Queue of BullMQ 5 or 6');
        expect(() => monitorFlow(thing, { monitor })).toThrow('It takes a FlowProducer of BullMQ 5 or 6');
      }
      expect(errors).toEqual([]);
    });

    it('refuses options that it does not know', () => {
      const queue = {} as never;
      expect(() => monitorWorker(queue, { longRuningMs: 5 } as never)).toThrow(/did you mean longRunningMs/);
    });
  });
}
