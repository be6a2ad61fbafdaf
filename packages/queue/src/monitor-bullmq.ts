import type { FlowProducerLike, QueueLike, WorkerLike } from './bullmq-like.ts';
import { monitorFlow } from './flow.ts';
import type { MonitorQueueOptions } from './options.ts';
import { monitorQueue } from './queue.ts';
import { monitorWorker } from './worker.ts';

/**
 * Does what `monitorWorker`, `monitorQueue` or `monitorFlow` does, by what it is given. Returns the same object;
 * `undefined` where it is none of BullMQ's.
 *
 * @throws {ConfigError} for an option that is not known or cannot be used.
 */
export function monitorBullMQ<T extends object>(thing: T, options: MonitorQueueOptions = {}): T | undefined {
  if (hasMethods(thing, 'isRunning', 'isPaused', 'run', 'close')) {
    return monitorWorker(thing as T & WorkerLike, options);
  }
  if (!hasMethods(thing, 'add', 'addBulk', 'close')) return undefined;
  const isFlow = !hasMethods(thing, 'pause', 'resume');
  return isFlow ? monitorFlow(thing as T & FlowProducerLike, options) : monitorQueue(thing as T & QueueLike, options);
}

function hasMethods(thing: object, ...names: readonly string[]): boolean {
  return names.every((name) => typeof (thing as Record<string, unknown>)[name] === 'function');
}
