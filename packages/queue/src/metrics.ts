/** From a job of some milliseconds to one of half an hour. */
const JOB_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];
const WAIT_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600];

/** Everything that is measured of queues. */
export const queueMetrics = {
  added: {
    name: 'queue_jobs_added_total',
    help: 'Jobs that this process added to a queue; of a scheduler, those that came with an upsert.',
    labelNames: ['queue', 'job'],
  },
  addErrors: {
    name: 'queue_add_errors_total',
    help: 'Calls to add jobs that failed, by code of the system or class of error; no job of a failed call is counted as added.',
    labelNames: ['queue', 'error_type'],
  },
  processed: {
    name: 'queue_jobs_processed_total',
    help: 'Attempts that ended: completed, failed (for good), retried (failed, and comes again) or deferred (put back by its processor).',
    labelNames: ['queue', 'job', 'status'],
  },
  duration: {
    name: 'queue_job_duration_seconds',
    help: 'Time that a processor took for one attempt.',
    labelNames: ['queue', 'job', 'status'],
    buckets: JOB_SECONDS,
  },
  wait: {
    name: 'queue_job_wait_seconds',
    help: 'Time from when a job could have run (added, and its delay over) to its first attempt.',
    labelNames: ['queue', 'job'],
    buckets: WAIT_SECONDS,
  },
  schedulerLag: {
    name: 'queue_scheduler_lag_seconds',
    help: 'How late the runs of a scheduler began.',
    labelNames: ['queue', 'job'],
    buckets: WAIT_SECONDS,
  },
  retries: {
    name: 'queue_job_retries_total',
    help: 'Attempts that failed and will be repeated.',
    labelNames: ['queue', 'job'],
  },
  failures: {
    name: 'queue_job_failures_total',
    help: 'Attempts that failed, by class of error.',
    labelNames: ['queue', 'job', 'error_type'],
  },
  exhausted: {
    name: 'queue_jobs_exhausted_total',
    help: 'Jobs that failed for good because all of several allowed attempts had failed.',
    labelNames: ['queue', 'job'],
  },
  attempts: {
    name: 'queue_job_attempts',
    help: 'Attempts that a job had taken when it was completed or failed for good.',
    labelNames: ['queue', 'job'],
    buckets: [1, 2, 3, 5, 10, 20],
  },
  overdue: {
    name: 'queue_jobs_overdue_total',
    help: 'Attempts that ran longer than expected (the option longRunningMs), counted when they passed it.',
    labelNames: ['queue', 'job'],
  },
  stalled: {
    name: 'queue_jobs_stalled_total',
    help: 'Jobs found without a worker that holds their lock, by the worker that found them.',
    labelNames: ['queue'],
  },
  lockRenewalsLost: {
    name: 'queue_lock_renewals_lost_total',
    help: 'Locks of running jobs that could not be renewed: another worker may run the job too.',
    labelNames: ['queue'],
  },
  workerErrors: {
    name: 'queue_worker_errors_total',
    help: 'Errors that a worker emitted, mostly of its connection, by code of the system or class of error.',
    labelNames: ['queue', 'error_type'],
  },
  drain: {
    name: 'queue_worker_drain_seconds',
    help: 'Time from when a worker was told to close until its last job was done and its connections ended.',
    labelNames: ['queue'],
    buckets: [0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
  },
  workers: {
    name: 'queue_workers',
    help: 'Workers of this process that are not closed: running, paused or stopped.',
    labelNames: ['queue', 'state'],
  },
  concurrency: {
    name: 'queue_worker_concurrency',
    help: 'Jobs that the running workers of this process take at once.',
    labelNames: ['queue'],
  },
  activeJobs: {
    name: 'queue_worker_active_jobs',
    help: 'Jobs that the workers of this process have in hand.',
    labelNames: ['queue'],
  },
  longestRunning: {
    name: 'queue_longest_running_job_seconds',
    help: 'How long the oldest job in hand in this process has been running.',
    labelNames: ['queue'],
    aggregator: 'max',
  },
  depth: {
    name: 'queue_depth',
    help: 'Jobs by state; one process exposes them for each queue. A paused queue has its jobs waiting.',
    labelNames: ['queue', 'state'],
  },
  oldestWaiting: {
    name: 'queue_oldest_waiting_job_age_seconds',
    help: 'How long the next job has been waiting, as far as BullMQ keeps it; 0 with none. One process exposes it for each queue.',
    labelNames: ['queue'],
    aggregator: 'max',
  },
  paused: {
    name: 'queue_paused',
    help: '1 where the whole queue is paused. One process exposes it for each queue.',
    labelNames: ['queue'],
    aggregator: 'max',
  },
} as const;
