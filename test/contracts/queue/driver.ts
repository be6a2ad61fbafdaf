import type { FlowProducer, Processor, Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq';

/** BullMQ in one version on one backend, with a server of its own or names that nobody else uses. */
export interface QueueDriver {
  readonly name: string;
  start(): Promise<RunningBackend>;
}

type Free<T> = Partial<Omit<T, 'connection'>>;

/** What makes queues there. All have the type of BullMQ 6, which 5 has to the extent that the suite uses it. */
export interface RunningBackend {
  queue(name: string, options?: Free<QueueOptions>): Queue;
  worker(name: string, processor: Processor | string | URL | undefined, options?: Free<WorkerOptions>): Worker;
  flow(options?: Free<QueueOptions>): FlowProducer;
  /** Ends the lease of whoever reads this queue, as time would. */
  endLease(queue: Queue): Promise<void>;
  stop(): Promise<void>;
}
