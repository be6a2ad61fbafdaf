import type { FlowProducerLike, QueueLike, WorkerLike } from './bullmq-like.ts';
import { monitorFlow } from './flow.ts';
import { isA } from './known-by.ts';
import type { MonitorQueueOptions } from './options.ts';
import { monitorQueue } from './queue.ts';
import { monitorWorker } from './worker.ts';

/**
 * Monitors a BullMQ worker, queue or flow producer, whichever it is, with the defaults of each, and returns it;
 * `undefined` for anything else.
 *
 * @throws {ConfigError} for an option that is not known or cannot be used.
 */
export function monitorBullMQ<T extends object>(thing: T, options: MonitorQueueOptions = {}): T | undefined {
  const known = thing as unknown as WorkerLike & QueueLike & FlowProducerLike;
  if (isA('Worker', thing)) monitorWorker(known, options);
  else if (isA('Queue', thing)) monitorQueue(known, options);
  else if (isA('FlowProducer', thing)) monitorFlow(known, options);
  else return undefined;
  return thing;
}
