import {
  type Context,
  type ExemplarLabels,
  enterContext,
  errorType,
  type Operation,
  shownMs,
  writesDebug,
} from '@telltale/core';
import type { JobLike } from './bullmq-like.ts';
import { jobOrigin } from './job-context.ts';
import type { JobMemory } from './job-memory.ts';
import type { JobSeries, JobStatus } from './job-series.ts';
import type { JobObserver } from './observe-jobs.ts';

/** One attempt at a job. */
export class JobRun {
  readonly context: Context;
  readonly #observer: JobObserver;
  readonly #series: JobSeries;
  readonly #id: string | undefined;
  #attempt: number;
  readonly #allowed: number;
  readonly #waitMs: number | undefined;
  readonly #addedBy: string | undefined;
  #startedAt: number | undefined;
  #durationMs: number | undefined;
  #operation: Operation | undefined;
  #overdueTimer: NodeJS.Timeout | undefined;
  #endMemory: (() => JobMemory) | undefined;
  #memory: JobMemory | undefined;

  constructor(observer: JobObserver, job: JobLike, series: JobSeries) {
    const { context, addedBy } = jobOrigin(job, series.origin);
    this.context = context;
    this.#observer = observer;
    this.#series = series;
    this.#id = job.id;
    this.#attempt = job.attemptsMade + 1;
    this.#allowed = Math.max(1, job.opts.attempts ?? 1);
    this.#waitMs = waitOf(job);
    this.#addedBy = addedBy;
  }

  /** How long its processor has been running, in milliseconds. */
  get runningMs(): number {
    return this.#startedAt === undefined ? 0 : this.#observer.monitor.config.clock.monotonic() - this.#startedAt;
  }

  /** Its processor is about to be called. */
  begin(job: JobLike): void {
    const { monitor, config, running, memory } = this.#observer;
    this.#startedAt = monitor.config.clock.monotonic();
    running.add(this);
    if (this.#waitMs !== undefined) {
      this.#series.wait.observe(this.#waitMs / 1000);
      if (job.repeatJobKey) this.#series.schedulerLag().observe(this.#waitMs / 1000);
    }
    if (monitor.operations.active) this.#startOperation();
    if (config.longRunningMs !== undefined) {
      this.#overdueTimer = setTimeout(() => this.#noteOverdue(), config.longRunningMs).unref();
    }
    if (memory !== undefined) this.#endMemory = memory.watch();
    if (writesDebug(monitor.logger)) {
      enterContext(this.context, () =>
        monitor.logger.debug(`${this.#series.origin.name} began`, {
          event_type: 'request',
          ...this.#about(),
          wait_ms: this.#waitMs,
          added_by: this.#addedBy,
        }),
      );
    }
  }

  /** Its processor is done; BullMQ has yet to say so to the queue. */
  processed(): void {
    this.#durationMs = this.runningMs;
    this.#observer.running.delete(this);
    clearTimeout(this.#overdueTimer);
    this.#memory = this.#endMemory?.();
  }

  /** The queue knows that it is completed. To be called in its context, as are the others. */
  completed(job: JobLike): void {
    const { monitor, config } = this.#observer;
    this.#count('completed', job);
    this.#series.attempts.observe(this.#attempt);
    this.#endOperation('ok', 'completed');
    if (!config.jobLog) return;
    monitor.logger.info(this.#series.completedMessage, this.#summary('response', 'completed'));
  }

  /** The queue knows that this attempt failed; for good, if the job is finished. */
  failed(job: JobLike, error: unknown): void {
    const { monitor, instruments } = this.#observer;
    const { queue, job: name } = this.#series;
    const final = job.finishedOn !== undefined;
    const status = final ? 'failed' : 'retried';
    this.#count(status, job);
    instruments.failures.labels(queue, name, errorType(error)).inc();
    if (final) {
      this.#series.attempts.observe(this.#attempt);
      if (this.#allowed > 1 && this.#attempt >= this.#allowed) instruments.exhausted.labels(queue, name).inc();
    } else instruments.retries.labels(queue, name).inc();
    this.#endOperation('error', status, error);
    const summary = { ...this.#summary('error', status), will_retry: !final, error };
    monitor.logger[final ? 'error' : 'warning'](`${this.#series.origin.name} failed`, summary);
  }

  /** Its processor put it back itself, to wait for a time, for its children or for a rate limit. */
  deferred(job: JobLike): void {
    this.#count('deferred', job);
    this.#endOperation('ok', 'deferred');
    const { logger } = this.#observer.monitor;
    logger.debug(`${this.#series.origin.name} was put back`, this.#summary('response', 'deferred'));
  }

  #count(status: JobStatus, job: JobLike): void {
    const { processed, duration } = this.#series.ended(status);
    processed.inc();
    // One that ran before the worker was monitored has BullMQ's own times; one whose processor never ran has none.
    if (this.#startedAt === undefined) {
      this.#attempt = Math.max(1, job.attemptsMade);
      const { finishedOn, processedOn } = job;
      const ran = finishedOn !== undefined && processedOn !== undefined && !neverRan(job);
      if (ran) this.#durationMs = Math.max(0, finishedOn - processedOn);
    }
    if (this.#durationMs !== undefined) duration.observe(this.#durationMs / 1000, this.#exemplar());
  }

  #about(): Record<string, unknown> {
    return { queue: this.#series.queue, job: this.#series.job, job_id: this.#id, attempt: this.#attempt };
  }

  /** One object for one line: it is made for every job. */
  #summary(eventType: 'response' | 'error', status: JobStatus): object {
    const { figures } = this.context;
    const fields = {
      event_type: eventType,
      queue: this.#series.queue,
      job: this.#series.job,
      job_id: this.#id,
      status,
      attempt: this.#attempt,
      attempts_allowed: this.#allowed,
      duration_ms: this.#durationMs === undefined ? undefined : shownMs(this.#durationMs),
      wait_ms: this.#waitMs,
      added_by: this.#addedBy,
    };
    return figures === undefined && this.#memory === undefined ? fields : { ...fields, ...this.#memory, ...figures };
  }

  #exemplar(): ExemplarLabels | undefined {
    if (!this.#observer.monitor.config.exemplars) return undefined;
    const { trace, correlationId } = this.context;
    return trace === undefined ? { correlation_id: correlationId } : { trace_id: trace.traceId };
  }

  #noteOverdue(): void {
    const { monitor, instruments, config } = this.#observer;
    monitor.errors.guard(
      'queue',
      () => {
        instruments.overdue.labels(this.#series.queue, this.#series.job).inc();
        enterContext(this.context, () =>
          monitor.logger.warning(`${this.#series.origin.name} runs longer than expected`, {
            event_type: 'performance',
            ...this.#about(),
            threshold_ms: config.longRunningMs,
          }),
        );
      },
      undefined,
    );
  }

  #startOperation(): void {
    const { config, operations } = this.#observer.monitor;
    const { queue, job, origin } = this.#series;
    this.#operation = {
      kind: 'queue',
      name: origin.name,
      context: this.context,
      startedAt: config.clock.now(),
      attributes: { operation: 'process', queue, job, attempt: this.#attempt, wait_ms: this.#waitMs },
    };
    operations.start(this.#operation);
  }

  #endOperation(outcome: 'ok' | 'error', status: JobStatus, error?: unknown): void {
    const operation = this.#operation;
    if (operation === undefined) return;
    operation.durationMs = this.#durationMs ?? 0;
    operation.outcome = outcome;
    if (error !== undefined) operation.error = error;
    operation.attributes.status = status;
    this.#observer.monitor.operations.end(operation);
  }
}

/**
 * How long a job waited when it could have run: `processedOn − (timestamp + delay)`. Only of its first attempt, since
 * later ones waited for their backoff, and not of one that was promoted or had its delay shortened: BullMQ does not keep
 * when. Without a delay, the clocks of two machines may make it less than nothing.
 */
function waitOf({ timestamp, processedOn, attemptsMade, attemptsStarted = 1, opts }: JobLike): number | undefined {
  if (processedOn === undefined || attemptsMade > 0 || attemptsStarted > 1) return undefined;
  const { delay = 0 } = opts;
  const waited = processedOn - (timestamp + delay);
  return waited < 0 && delay > 0 ? undefined : Math.max(0, waited);
}

/** Failed by BullMQ itself, before its processor was called: it had stalled too often. */
function neverRan(job: JobLike): boolean {
  return (job as { readonly deferredFailure?: unknown }).deferredFailure !== undefined;
}
