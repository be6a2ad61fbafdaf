export type { FlowProducerLike, QueueLike, WorkerLike } from './bullmq-like.ts';
export type { QueueCounts, QueueStatus } from './depth-source.ts';
export { monitorFlow } from './flow.ts';
export { runInJobContext } from './job-context.ts';
export { queueMetrics } from './metrics.ts';
export type { MonitorQueueOptions, MonitorWorkerOptions } from './options.ts';
export { monitorQueue } from './queue.ts';
export { queueStatus } from './queue-status.ts';
export { monitorWorker } from './worker.ts';
