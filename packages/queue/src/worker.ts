import { types } from 'node:util';
import { enterContext, resolveConfig } from '@telltale/core';
import type { Connected, JobLike, WorkerLike } from './bullmq-like.ts';
import { instrumentOnce, replaceMethod } from './instrument-once.ts';
import type { JobRun } from './job-run.ts';
import { mustBeA } from './known-by.ts';
import { MetJob } from './met-jobs.ts';
import { JobObserver } from './observe-jobs.ts';
import { type MonitorWorkerOptions, workerOptions } from './options.ts';

type Emit = (event: string | symbol, ...values: unknown[]) => boolean;
type CallProcessJob = (job: JobLike, ...rest: unknown[]) => unknown;

interface WorkerInside extends WorkerLike, Connected {
  listenerCount(event: string): number;
  readonly lockManager?: { getActiveJobCount?(): number };
}

/** With these a processor says that it has put the job back itself, and BullMQ emits nothing. */
const PUT_BACK = new Set(['DelayedError', 'WaitingError', 'WaitingChildrenError']);
const RATE_LIMITED = 'bullmq:rateLimitExceeded';

/**
 * Measures and logs every job that a BullMQ worker (5 or 6, on any backend) takes, and runs its processor, and the
 * listeners of its `active`, `progress`, `completed` and `failed`, in the context that the job was added in. Returns
 * the same object: its processor, listeners, options and telemetry are not touched. Jobs that run already are counted
 * when they end. It ends with the worker's `close`.
 *
 * A job is counted when the queue knows how it ended, so that the counts are BullMQ's own.
 *
 * @throws {ConfigError} for an option that is not known or cannot be used.
 * @throws {TelltaleError} for anything but that.
 *
 * @example
 * const worker = monitorWorker(new Worker('emails', processor, { connection }), { longRunningMs: 60_000 });
 */
export function monitorWorker<W extends WorkerLike>(worker: W, options: MonitorWorkerOptions = {}): W {
  const config = resolveConfig(workerOptions, options, {});
  mustBeA('Worker', worker, 'monitorWorker');
  return instrumentOnce(worker, config.monitor, (domain, undo, end) => {
    const { monitor } = domain;
    const { errors } = monitor;
    const inside = worker as unknown as WorkerInside;
    const queue = domain.queueLabel(inside.name, inside.qualifiedName);
    const observer = new JobObserver(domain, queue, config);
    const meet = (job: JobLike): JobRun | undefined => {
      try {
        const known = MetJob.runOf(job);
        if (known !== undefined) return known;
        const run = observer.meet(job);
        MetJob.note(job, run);
        return run;
      } catch (error) {
        errors.report('queue', error);
        return undefined;
      }
    };
    const begin = (run: JobRun, job: JobLike): void => {
      try {
        run.begin(job);
      } catch (error) {
        errors.report('queue', error);
      }
    };
    const activeJobs = (): number => inside.lockManager?.getActiveJobCount?.() ?? observer.running.size;
    const stopReading = config.depth ? domain.depths.add(inside, queue) : () => {};
    undo(stopReading);
    let closing: { readonly at: number; readonly jobs: number } | undefined;

    replaceMethod<CallProcessJob>(
      worker,
      'callProcessJob',
      (original) =>
        function callProcessJob(this: unknown, job, ...rest) {
          const run = meet(job);
          if (run === undefined) return original.call(this, job, ...rest);
          begin(run, job);
          const ended = (): void => {
            try {
              run.processed();
            } catch (error) {
              errors.report('queue', error);
            }
          };
          const failed = (error: unknown): void => {
            ended();
            if (isPutBack(error))
              errors.guard('queue', () => enterContext(run.context, () => run.deferred(job)), undefined);
          };
          let result: unknown;
          try {
            result = enterContext(run.context, () => asPromise(original.call(this, job, ...rest)));
          } catch (error) {
            failed(error);
            throw error;
          }
          if (types.isPromise(result)) result.then(ended, failed);
          else ended();
          return result;
        },
      undo,
    );

    const notice: Record<string, (...values: never[]) => void> = {
      stalled: (jobId: unknown) => observer.stalled(jobId),
      lockRenewalFailed: (jobIds: readonly unknown[]) => observer.lockRenewalsLost(jobIds),
      error: (error: unknown) => observer.workerError(error),
      closing: () => {
        stopReading();
        closing = { at: monitor.config.clock.monotonic(), jobs: activeJobs() };
      },
      closed: () => {
        if (closing !== undefined) observer.drained(monitor.config.clock.monotonic() - closing.at, closing.jobs);
      },
    };
    replaceMethod<Emit>(
      worker,
      'emit',
      (original) =>
        function emit(this: unknown, event, ...values) {
          if (event === 'completed' || event === 'failed') {
            const [job, outcome] = values as [JobLike | undefined, unknown];
            const run = job && meet(job);
            if (job === undefined || run === undefined) {
              if (event === 'failed') errors.guard('queue', () => observer.failedUnseen(outcome), undefined);
              return original.call(this, event, ...values);
            }
            return enterContext(run.context, () => {
              try {
                if (event === 'completed') run.completed(job);
                else run.failed(job, outcome);
              } catch (error) {
                errors.report('queue', error);
              }
              return original.call(this, event, ...values);
            });
          }
          if (event === 'active' || event === 'progress') {
            const run = inside.listenerCount(event) > 0 ? meet(values[0] as JobLike) : undefined;
            if (run === undefined) return original.call(this, event, ...values);
            return enterContext(run.context, () => original.call(this, event, ...values));
          }
          const noticed = typeof event === 'string' && Object.hasOwn(notice, event) ? notice[event] : undefined;
          if (noticed === undefined) return original.call(this, event, ...values);
          errors.guard('queue', () => noticed(...(values as never[])), undefined);
          const heard = original.call(this, event, ...values);
          if (event === 'closed') end();
          return heard;
        },
      undo,
    );

    undo(
      domain.workers.add({
        queue,
        state: () => (inside.isPaused() ? 'paused' : inside.isRunning() ? 'running' : 'stopped'),
        concurrency: () => inside.concurrency,
        activeJobs,
        longestRunningMs: () => Math.max(0, ...[...observer.running].map((run) => run.runningMs)),
      }),
    );
  });
}

/** What can be awaited only once (a query that runs when it is) is awaited here, and its promise by BullMQ. */
function asPromise(result: unknown): unknown {
  if (types.isPromise(result) || typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function')
    return result;
  return Promise.resolve(result);
}

function isPutBack(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === RATE_LIMITED || PUT_BACK.has(error.name);
}
