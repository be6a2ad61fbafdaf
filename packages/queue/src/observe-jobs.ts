import { errorType, type Monitor } from '@telltale/core';
import type { JobLike } from './bullmq-like.ts';
import { errorCode } from './error-code.ts';
import { MemorySampler } from './job-memory.ts';
import { JobRun } from './job-run.ts';
import { type JobSeries, jobSeries } from './job-series.ts';
import type { WorkerConfig } from './options.ts';
import type { QueueDomain } from './queue-domain.ts';
import type { QueueInstruments } from './queue-instruments.ts';

/** Observes the jobs that one worker takes. */
export class JobObserver {
  readonly monitor: Monitor;
  readonly instruments: QueueInstruments;
  readonly config: WorkerConfig;
  readonly queue: string;
  readonly memory: MemorySampler | undefined;
  /** Whose processor runs now. */
  readonly running = new Set<JobRun>();
  readonly #domain: QueueDomain;
  readonly #series = new Map<string, JobSeries>();

  constructor(domain: QueueDomain, queue: string, config: WorkerConfig) {
    this.monitor = domain.monitor;
    this.instruments = domain.instruments;
    this.config = config;
    this.queue = queue;
    this.memory = config.memory ? new MemorySampler() : undefined;
    this.#domain = domain;
  }

  /** What is observed of one attempt at a job, from here on. */
  meet(job: JobLike): JobRun {
    return new JobRun(this, job, this.#seriesOf(job.name));
  }

  /** A job failed that BullMQ no longer has: it was removed while it ran. */
  failedUnseen(error: unknown): void {
    this.instruments.processed.labels(this.queue, 'other', 'failed').inc();
    this.instruments.failures.labels(this.queue, 'other', errorType(error)).inc();
    this.monitor.logger.error(`A job of ${this.queue} failed`, { event_type: 'error', queue: this.queue, error });
  }

  stalled(jobId: unknown): void {
    this.instruments.stalled.labels(this.queue).inc();
    this.monitor.logger.warning(`A job of ${this.queue} stalled`, {
      event_type: 'system',
      queue: this.queue,
      job_id: jobId,
    });
  }

  lockRenewalsLost(jobIds: readonly unknown[]): void {
    this.instruments.lockRenewalsLost.labels(this.queue).inc(jobIds.length);
    this.monitor.logger.warning(`The locks of running jobs of ${this.queue} could not be renewed`, {
      event_type: 'system',
      queue: this.queue,
      job_ids: jobIds.slice(0, 20),
      jobs: jobIds.length,
    });
  }

  workerError(error: unknown): void {
    this.instruments.workerErrors.labels(this.queue, errorCode(error)).inc();
  }

  drained(durationMs: number, jobs: number): void {
    this.instruments.drain.labels(this.queue).observe(durationMs / 1000);
    this.monitor.logger.info(`A worker of ${this.queue} closed`, {
      event_type: 'system',
      queue: this.queue,
      duration_ms: Math.round(durationMs),
      jobs_in_hand: jobs,
    });
  }

  #seriesOf(name: string): JobSeries {
    let series = this.#series.get(name);
    if (series === undefined) {
      const job = this.#domain.jobLabel(this.queue, name);
      series = this.#series.get(job) ?? jobSeries(this.instruments, this.queue, job);
      this.#series.set(job, series);
    }
    return series;
  }
}
