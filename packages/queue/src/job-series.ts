import type { CounterSeries, HistogramSeries, Origin } from '@telltale/core';
import type { QueueInstruments } from './queue-instruments.ts';

/** How an attempt ended. */
export type JobStatus = 'completed' | 'failed' | 'retried' | 'deferred';

/** What is held of one job name, so that it is not looked up for every job. */
export interface JobSeries {
  readonly queue: string;
  readonly job: string;
  /** The origin of everything that is done in such a job. */
  readonly origin: Origin;
  readonly completedMessage: string;
  readonly wait: HistogramSeries;
  readonly attempts: HistogramSeries;
  /** Of its scheduler's runs; made with the first. */
  schedulerLag(): HistogramSeries;
  /** Made when an attempt first ended so. */
  ended(status: JobStatus): { readonly processed: CounterSeries; readonly duration: HistogramSeries };
}

/** The series of one job name. */
export function jobSeries(instruments: QueueInstruments, queue: string, job: string): JobSeries {
  type Ended = ReturnType<JobSeries['ended']>;
  const byStatus: { [status in JobStatus]?: Ended } = {};
  // The first count is an increase, and a ratio of failures is not empty.
  for (const status of ['completed', 'failed'] as const) instruments.processed.labels(queue, job, status);
  instruments.retries.labels(queue, job);
  instruments.exhausted.labels(queue, job);
  return {
    queue,
    job,
    origin: { kind: 'queue', name: `${queue}/${job}` },
    completedMessage: `${queue}/${job} completed`,
    wait: instruments.wait.labels(queue, job),
    attempts: instruments.attempts.labels(queue, job),
    schedulerLag: () => instruments.schedulerLag.labels(queue, job),
    ended: (status) =>
      (byStatus[status] ??= {
        processed: instruments.processed.labels(queue, job, status),
        duration: instruments.duration.labels(queue, job, status),
      }),
  };
}
