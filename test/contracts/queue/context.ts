import { currentContext, runWithContext } from '@telltale/core';
import { monitorQueue } from '@telltale/queue';
import { describe, expect, it, onTestFinished } from 'vitest';
import { heard } from '../../../packages/queue/test/heard.ts';
import type { RunningBackend } from './driver.ts';
import { correlationId, Notes, startKit } from './kit.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const TRACE = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 } as const;

/** One correlation ID from the request to the job. */
export function contextContract(backend: () => RunningBackend): void {
  const inRequest = <T>(id: string, fn: () => T): T =>
    runWithContext({ correlationId: id, origin: { kind: 'http', name: '/orders' } }, fn);

  describe('context', () => {
    it('carries the correlation ID from add and addBulk to the processor, and leaves the data alone', async () => {
      const kit = startKit(backend());
      const notes = new Notes();
      await inRequest('req-1', () => kit.queue.add('one', { a: 1 }));
      await inRequest('req-2', () =>
        kit.queue.addBulk([
          { name: 'two', data: 2 },
          { name: 'three', data: [3] },
        ]),
      );
      const seen: unknown[] = [];
      const worker = kit.work(async (job) => {
        seen.push(job.data);
        return notes.processor(job);
      });
      await kit.ended(worker, 3);
      expect(notes.ids).toEqual(
        new Map([
          ['one', ['req-1']],
          ['two', ['req-2']],
          ['three', ['req-2']],
        ]),
      );
      expect(seen).toEqual([{ a: 1 }, 2, [3]]);
    });

    it('gives the processor an origin of its own and keeps the trace and who added the job', async () => {
      const kit = startKit(backend());
      await runWithContext(
        { correlationId: 'req-1', trace: TRACE, origin: { kind: 'http', name: '/orders/:id' } },
        () => kit.queue.add('send', {}),
      );
      let context = currentContext();
      const worker = kit.work(async () => {
        context = currentContext();
      });
      await kit.ended(worker, 1);
      expect(context?.origin).toEqual({ kind: 'queue', name: `${kit.name}/send` });
      expect(context?.trace?.traceId).toBe(TRACE.traceId);
      expect(kit.log().find((line) => line.event_type === 'response')).toMatchObject({
        correlation_id: 'req-1',
        trace_id: TRACE.traceId,
        added_by: 'http /orders/:id',
      });
    });

    it('keeps the ID over retries and delays', async () => {
      const kit = startKit(backend());
      const notes = new Notes();
      await inRequest('req-1', () => kit.queue.add('flaky', {}, { attempts: 3, backoff: { type: 'fixed', delay: 5 } }));
      await inRequest('req-2', () => kit.queue.add('later', {}, { delay: 20 }));
      const worker = kit.work(async (job) => {
        await notes.processor(job);
        if (job.name === 'flaky' && job.attemptsMade < 2) throw new Error('not yet');
      });
      await kit.ended(worker, 4);
      expect(notes.of('flaky')).toEqual(['req-1', 'req-1', 'req-1']);
      expect(notes.of('later')).toEqual(['req-2']);
    });

    it('gives jobs that a job adds its ID', async () => {
      const kit = startKit(backend());
      const notes = new Notes();
      await inRequest('req-1', () => kit.queue.add('parent', {}));
      const worker = kit.work(async (job) => {
        await notes.processor(job);
        if (job.name === 'parent') await kit.queue.add('child', {});
      });
      await kit.ended(worker, 2);
      expect(notes.of('child')).toEqual(['req-1']);
      expect(kit.log().find((line) => line.job === 'child')).toMatchObject({ added_by: `queue ${kit.name}/parent` });
    });

    it('gives every node of a flow the ID, with options of its own or without (first leak)', async () => {
      const kit = startKit(backend());
      const notes = new Notes();
      const queueName = kit.name;
      const leaf = { name: 'leaf', queueName, data: {} };
      const withOptions = { name: 'leaf2', queueName, data: {}, opts: { attempts: 2 } };
      const tree = {
        name: 'root',
        queueName,
        data: {},
        children: [leaf, { ...withOptions, children: [{ ...leaf, name: 'deep' }] }],
      };
      const before = structuredClone(tree);
      const added = await inRequest('req-1', () => kit.flow.add(tree));
      expect(added.job.name).toBe('root');
      expect(tree).toEqual(before);
      await inRequest('req-2', () =>
        kit.flow.addBulk([{ name: 'bulk', queueName, data: {}, children: [{ ...leaf, name: 'bulkleaf' }] }]),
      );
      const worker = kit.work(notes.processor);
      await kit.ended(worker, 6);
      for (const name of ['root', 'leaf', 'leaf2', 'deep']) expect(notes.of(name)).toEqual(['req-1']);
      for (const name of ['bulk', 'bulkleaf']) expect(notes.of(name)).toEqual(['req-2']);
    });

    it('gives every run of a scheduler an ID of its own, wherever it was set up (second leak)', async () => {
      const kit = startKit(backend());
      const notes = new Notes();
      await inRequest('req-1', () => kit.queue.upsertJobScheduler('inside', { every: 40 }, { name: 'inside' }));
      await kit.queue.upsertJobScheduler('outside', { every: 40 }, { name: 'outside' });
      const worker = kit.work(notes.processor);
      await kit.ended(worker, 6);
      await kit.queue.removeJobScheduler('inside');
      await kit.queue.removeJobScheduler('outside');
      const ids = [...notes.of('inside'), ...notes.of('outside')];
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(UUID);
      expect(kit.log().find((line) => line.job === 'inside')).toMatchObject({ added_by: 'http /orders' });
    });

    it('does not give jobs the ID of the request in which the worker was made (third leak)', async () => {
      const kit = startKit(backend());
      const notes = new Notes();
      const unmonitored = backend().queue(kit.name);
      onTestFinished(() => unmonitored.close());
      await unmonitored.add('bare', {});
      await kit.queue.add('outside', {});
      const worker = inRequest('req-worker', () => kit.work(notes.processor));
      await kit.ended(worker, 2);
      const ids = [...notes.of('bare'), ...notes.of('outside')];
      expect(new Set(ids).size).toBe(2);
      for (const id of ids) expect(id).toMatch(UUID);
    });

    it('calls listeners in the context of the job that they are told of, not the one before (fourth leak)', async () => {
      const kit = startKit(backend());
      const heard: string[] = [];
      for (const id of ['req-1', 'req-2', 'req-3']) await inRequest(id, () => kit.queue.add(id, {}));
      const worker = kit.work(async (job) => job.updateProgress(50));
      for (const event of ['active', 'progress', 'completed'] as const) {
        worker.on(event, (job: { name: string }) => heard.push(`${event} ${job.name} ${correlationId()}`));
      }
      await kit.ended(worker, 3);
      for (const id of ['req-1', 'req-2', 'req-3']) {
        expect(heard).toContain(`active ${id} ${id}`);
        expect(heard).toContain(`completed ${id} ${id}`);
      }
      expect(heard.filter((line) => line.split(' ')[1] !== line.split(' ')[2])).toEqual([]);
    });

    it('gives each job that was added outside any context an ID of its own, the same in each attempt', async () => {
      const kit = startKit(backend());
      const notes = new Notes();
      await kit.queue.add('one', {}, { attempts: 2 });
      await kit.queue.addBulk([
        { name: 'two', data: {} },
        { name: 'three', data: {} },
      ]);
      const worker = kit.work(async (job) => {
        await notes.processor(job);
        if (job.name === 'one' && job.attemptsMade === 0) throw new Error('not yet');
      });
      await kit.ended(worker, 4);
      const [first, second] = notes.of('one');
      expect(first).toMatch(UUID);
      expect(second).toBe(first);
      expect(new Set([first, ...notes.of('two'), ...notes.of('three')]).size).toBe(3);
    });

    it('takes no ID that is not acceptable and survives metadata of any kind', async () => {
      const kit = startKit(backend());
      const notes = new Notes();
      const unmonitored = backend().queue(kit.name);
      onTestFinished(() => unmonitored.close());
      const strange = [
        '{"x-correlation-id":"<script>"}',
        '{"x-correlation-id":7,"traceparent":{}}',
        '{',
        '[]',
        'null',
        '00-x',
      ];
      for (const [i, metadata] of strange.entries())
        await unmonitored.add(`strange${i}`, {}, { telemetry: { metadata } });
      const worker = kit.work(notes.processor);
      await kit.ended(worker, strange.length);
      for (const i of strange.keys()) expect(notes.of(`strange${i}`)[0]).toMatch(UUID);
      expect(kit.errors).toEqual([]);
    });

    it('asks the telemetry of the service first and puts its own beside what that says', async () => {
      const kit = startKit(backend());
      const spans: string[] = [];
      const theirs = recordingTelemetry(spans);
      const queue = monitorQueue(backend().queue(kit.name, { telemetry: theirs as never }), { monitor: kit.monitor });
      onTestFinished(() => queue.close());
      const job = await inRequest('req-1', () => queue.add('one', {}));
      expect(spans).toEqual([`add ${kit.name}.one`]);
      expect(JSON.parse(job.opts.telemetry!.metadata!)).toMatchObject({
        traceparent: `00-${TRACE.traceId}-${TRACE.spanId}-01`,
        'x-correlation-id': 'req-1',
      });
      const notes = new Notes();
      const worker = kit.work(notes.processor, { telemetry: theirs as never });
      const done = heard(worker, 'completed');
      await done;
      expect(notes.of('one')).toEqual(['req-1']);
      expect(worker.opts.telemetry).toBe(theirs);
      expect(spans).toContain(`process ${kit.name}`);
      expect(await kit.scrape('queue_jobs_added_total')).toBe(
        `queue_jobs_added_total{queue="${kit.name}",job="one"} 1`,
      );
    });
  });
}

/** A telemetry as a service may have one. */
function recordingTelemetry(spans: string[]) {
  const span = {
    setSpanOnContext: (c: unknown) => c,
    setAttribute() {},
    setAttributes() {},
    addEvent() {},
    recordException() {},
    end() {},
  };
  return {
    tracer: {
      startSpan(name: string) {
        spans.push(name);
        return span;
      },
    },
    contextManager: {
      with: (_context: unknown, fn: () => unknown) => fn(),
      active: () => ({}),
      getMetadata: () => JSON.stringify({ traceparent: `00-${TRACE.traceId}-${TRACE.spanId}-01` }),
      fromMetadata: (active: unknown) => active,
    },
  };
}
