import { createPostgresBackend, type JobsOptions, Queue, setDefaultBackendFactory } from 'bullmq';
import { monitorQueue } from 'telltale';

/** Where BullMQ keeps its jobs: a Redis, or the shop's own Postgres. */
export interface JobStore {
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
}

/** What a job of the shop is about. */
export interface OrderJob {
  readonly orderId: number;
}

/** Work that no customer waits for. */
export interface Jobs {
  /** `confirmation` when an order is placed, `receipt` when it is paid. */
  readonly emails: Queue<OrderJob>;
  /** `packing`: a note for whoever packs the order, written by a model. */
  readonly notes: Queue<OrderJob>;
  close(): Promise<void>;
}

const PATIENT: JobsOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 500 },
  removeOnComplete: 1_000,
  removeOnFail: 1_000,
};

export function openJobs(store: JobStore): Jobs {
  const options = { ...connectionTo(store), defaultJobOptions: PATIENT };
  const [emails, notes] = ['emails', 'notes'].map((name) => {
    const queue = monitorQueue(new Queue<OrderJob>(name, options));
    // BullMQ connects again by itself, and whoever adds a job in between is told.
    queue.on('error', () => {});
    return queue;
  }) as [Queue<OrderJob>, Queue<OrderJob>];
  return { emails, notes, close: async () => void (await Promise.all([emails.close(), notes.close()])) };
}

/** The `connection` of BullMQ's queues and workers. */
export function connectionTo({ redisUrl, databaseUrl }: JobStore) {
  if (redisUrl !== undefined) return { connection: { url: redisUrl, maxRetriesPerRequest: null } };
  setDefaultBackendFactory(createPostgresBackend);
  return { connection: { connectionString: databaseUrl, schema: 'shop_jobs', migrate: true, max: 4 } };
}
