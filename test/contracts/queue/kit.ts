import { EventEmitter } from 'node:events';
import { type CoreOptions, currentContext, systemClock } from '@telltale/core';
import { type MonitorWorkerOptions, monitorFlow, monitorQueue, monitorWorker } from '@telltale/queue';
import type { FlowProducer, Job, Processor, Queue, Worker, WorkerOptions } from 'bullmq';
import { onTestFinished } from 'vitest';
import { heard } from '../../../packages/queue/test/heard.ts';
import { type TestMonitor, testMonitor } from '../../../packages/queue/test/test-monitor.ts';
import type { RunningBackend } from './driver.ts';

let made = 0;

/** A queue, its worker and what a test looks at; all closed when the test is over. */
export interface Kit extends TestMonitor {
  readonly name: string;
  readonly queue: Queue;
  readonly flow: FlowProducer;
  /** Starts a monitored worker. */
  work(processor: Processor | string | URL, options?: WorkOptions): Worker;
  /** Runs until so many attempts have ended, of which all are `completed` or `failed` to BullMQ. */
  ended(worker: Worker, attempts: number): Promise<void>;
}

interface WorkOptions extends Partial<Omit<WorkerOptions, 'connection'>> {
  readonly queueName?: string;
  readonly monitoring?: MonitorWorkerOptions;
}

/** A monitored queue with a name of its own. */
export function startKit(backend: RunningBackend, options: CoreOptions = {}): Kit {
  const test = testMonitor({ clock: systemClock, ...options });
  const { monitor } = test;
  const name = `orders-${process.pid}-${++made}`;
  const queue = monitorQueue(backend.queue(name), { monitor });
  const flow = monitorFlow(backend.flow(), { monitor });
  const counts = new WeakMap<Worker, { count: number; readonly ends: EventEmitter }>();
  onTestFinished(async () => {
    await queue.obliterate({ force: true }).catch(() => {});
    await Promise.all([queue.close(), flow.close()]);
  });
  return {
    ...test,
    name,
    queue,
    flow,
    work(processor, { queueName = name, monitoring, ...workerOptions } = {}) {
      const worker = monitorWorker(backend.worker(queueName, processor, workerOptions), { monitor, ...monitoring });
      const counted = { count: 0, ends: new EventEmitter() };
      counts.set(worker, counted);
      worker.on('error', () => {});
      for (const event of ['completed', 'failed'] as const) {
        worker.on(event, () => {
          counted.count++;
          counted.ends.emit('end');
        });
      }
      onTestFinished(() => worker.close());
      return worker;
    },
    async ended(worker, attempts) {
      const counted = counts.get(worker)!;
      while (counted.count < attempts) await heard(counted.ends, 'end');
    },
  };
}

/** The correlation ID that code runs in. */
export function correlationId(): string | undefined {
  return currentContext()?.correlationId;
}

/** What a processor that takes notes has noted, by the name of the job. */
export class Notes {
  readonly ids = new Map<string, (string | undefined)[]>();
  readonly processor = async (job: Job): Promise<string> => {
    this.note(job.name);
    return 'done';
  };

  note(name: string): void {
    const ids = this.ids.get(name) ?? [];
    ids.push(correlationId());
    this.ids.set(name, ids);
  }

  of(name: string): (string | undefined)[] {
    return this.ids.get(name) ?? [];
  }
}
