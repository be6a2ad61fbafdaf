import { fileURLToPath } from 'node:url';
import { context, propagation, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { runWithContext } from '@telltale/core';
import { type Job, Queue, Worker } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunningBackend } from '../../../test/contracts/queue/driver.ts';
import { Notes, startKit } from '../../../test/contracts/queue/kit.ts';
import { StoredContext, TraceParent } from '../../../test/contracts/queue/otel.ts';
import { startRedis, type TestRedis } from '../../../test/servers/redis.ts';
import { ioredis5, ioredis6 } from '../test/drivers.ts';
import { heard } from '../test/heard.ts';
import { monitorQueue, monitorWorker } from './index.ts';

const SANDBOXED = fileURLToPath(new URL('../test/sandboxed.mjs', import.meta.url));

for (const driver of [ioredis6, ioredis5]) {
  describe(`sandboxed processors of ${driver.name}`, () => {
    let backend: RunningBackend;
    beforeAll(async () => {
      backend = await driver.start();
    });
    afterAll(() => backend.stop());

    for (const useWorkerThreads of [false, true]) {
      it(`carry the correlation ID into the ${useWorkerThreads ? 'thread' : 'child process'}, a scheduler's own too`, async () => {
        const kit = startKit(backend);
        const worker = kit.work(SANDBOXED, { useWorkerThreads });
        const results = new Map<string, { pid: number; correlationId: string; origin: string }>();
        worker.on('completed', (job: Job, result) => results.set(job.name, result));
        await runWithContext({ correlationId: 'req-1' }, () => kit.queue.add('good', {}));
        await kit.queue.add('bad', {});
        await kit.queue.upsertJobScheduler('tick', { every: 60_000 }, { name: 'tick' });
        await kit.ended(worker, 3);
        expect(results.get('good')).toMatchObject({ correlationId: 'req-1', origin: `${kit.name}/good` });
        expect(results.get('good')!.pid !== process.pid).toBe(!useWorkerThreads);
        const tick = kit.log().find((line) => line.job === 'tick' && line.event_type === 'response');
        expect(tick?.correlation_id).toBe(results.get('tick')!.correlationId);
        expect(await kit.scrape('queue_jobs_processed_total')).toContain('job="good",status="completed"} 1');
        expect(await kit.scrape('queue_jobs_processed_total')).toContain('job="bad",status="failed"} 1');
      });
    }
  });
}

describe('locks', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('counts those of running jobs that another took', async () => {
    const backend = await ioredis6.start();
    onTestFinished(() => backend.stop());
    const kit = startKit(backend);
    const job = await kit.queue.add('robbed', {});
    const { connection } = kit.queue.opts as unknown as { connection: { port: number } };
    const thief = new Redis(connection.port);
    onTestFinished(() => thief.disconnect());
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const worker = kit.work(() => held, { lockDuration: 80, skipStalledCheck: true });
    const lost = heard(worker, 'lockRenewalFailed');
    await heard(worker, 'active');
    await thief.set(`${kit.queue.toKey(job.id!)}:lock`, 'another');
    await lost;
    expect(await kit.scrape('queue_lock_renewals_lost_total')).toMatch(/ [1-9]\d*$/);
    await thief.set(`${kit.queue.toKey(job.id!)}:lock`, (await thief.get('none')) ?? 'another');
    const complained = heard(worker, 'error');
    letGo();
    await complained;
    // BullMQ says of it neither that it completed nor that it failed; but it is no longer in hand.
    expect(await kit.scrape('queue_jobs_processed_total')).toContain('status="completed"} 0');
    expect(await kit.scrape('queue_worker_active_jobs')).toMatch(/ 0$/);
    expect(await kit.scrape('queue_worker_errors_total')).toContain('error_type="Error"');
  });
});

describe('bullmq-otel', () => {
  it('goes on making its spans, in one trace from add to process, and jobs have both contexts', async () => {
    const redis = await startRedis();
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    trace.setGlobalTracerProvider(provider);
    propagation.setGlobalPropagator(new TraceParent());
    context.setGlobalContextManager(new StoredContext());
    const telemetry = new BullMQOtel({ tracerName: 'orders' });
    const connection = { url: redis.url, maxRetriesPerRequest: null };
    const name = `otel-${process.pid}`;

    const run = async (monitored: boolean) => {
      exporter.reset();
      const queue = new Queue(name, { connection, telemetry });
      const notes = new Notes();
      const worker = new Worker(name, notes.processor, { connection, telemetry, drainDelay: 1 });
      await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
      if (monitored) {
        monitorQueue(queue, { monitor: kit.monitor });
        monitorWorker(worker, { monitor: kit.monitor });
      }
      const completed = heard(worker, 'completed');
      const job = await runWithContext({ correlationId: 'req-1' }, () => queue.add('order', {}));
      await completed;
      await worker.close();
      await queue.obliterate({ force: true });
      await queue.close();
      const spans = exporter.getFinishedSpans();
      const find = (start: string) => spans.find((span) => span.name.startsWith(start))!;
      return { notes, metadata: job.opts.telemetry?.metadata, add: find('add '), process: find('process ') };
    };
    const backend = await ioredis6.start();
    onTestFinished(async () => {
      await backend.stop();
      await redis.stop();
      trace.disable();
      propagation.disable();
      context.disable();
    });
    const kit = startKit(backend);
    const bare = await run(false);
    const ours = await run(true);

    expect(ours.notes.of('order')).toEqual(['req-1']);
    for (const { add, process: processing } of [bare, ours]) {
      expect(processing.spanContext().traceId).toBe(add.spanContext().traceId);
      expect(processing.parentSpanContext?.spanId).toBe(add.spanContext().spanId);
    }
    expect(Object.keys(ours.process.attributes).sort()).toEqual(Object.keys(bare.process.attributes).sort());
    expect(JSON.parse(bare.metadata!)).not.toHaveProperty('x-correlation-id');
    expect(JSON.parse(ours.metadata!)).toMatchObject({
      traceparent: expect.stringContaining(ours.add.spanContext().spanId),
      'x-correlation-id': 'req-1',
    });
    const line = kit.log().find((each) => each.event_type === 'response');
    expect(line).toMatchObject({ correlation_id: 'req-1', trace_id: ours.add.spanContext().traceId });
  });
});
