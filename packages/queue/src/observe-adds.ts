import { type CounterSeries, currentContext, errorType, type Operation } from '@telltale/core';
import type { QueueDomain } from './queue-domain.ts';

/** One call that adds jobs, begun. */
export interface PendingAdd {
  /** The jobs are in the queue: their names, one for each. `jobs` says how many, where they were counted already. */
  added(jobNames: readonly unknown[], jobs?: number): void;
  failed(error: unknown): void;
}

/** Counts what a process adds to one queue. */
export class AddObserver {
  /** As BullMQ has it; its label may be another. */
  readonly queueName: string;
  readonly #domain: QueueDomain;
  readonly #queue: string;
  readonly #known = new Map<unknown, CounterSeries>();

  constructor(domain: QueueDomain, queueName: string, qualifiedName?: string) {
    this.#domain = domain;
    this.queueName = queueName;
    this.#queue = domain.queueLabel(queueName, qualifiedName);
  }

  /** Takes note of jobs that were added. */
  count(jobName: unknown): void {
    let series = this.#known.get(jobName);
    if (series === undefined) {
      const job = this.#domain.jobLabel(this.#queue, jobName);
      series = this.#domain.instruments.added.labels(this.#queue, job);
      if (job !== 'other') this.#known.set(jobName, series);
    }
    series.inc();
  }

  /** Begins a call; with a listener it is an operation, named by its job where that is known (and there is but one). */
  start(jobName: unknown): PendingAdd {
    const { monitor, instruments } = this.#domain;
    const operation = monitor.operations.active ? this.#startOperation(jobName) : undefined;
    return {
      added: (names, jobs = names.length) =>
        monitor.errors.guard(
          'queue',
          () => {
            for (const name of names) this.count(name);
            if (operation !== undefined) this.#endOperation(operation, 'ok', jobs);
          },
          undefined,
        ),
      failed: (error) =>
        monitor.errors.guard(
          'queue',
          () => {
            instruments.addErrors.labels(this.#queue, errorType(error)).inc();
            if (operation !== undefined) this.#endOperation(operation, 'error', 0, error);
          },
          undefined,
        ),
    };
  }

  #startOperation(jobName: unknown): Operation {
    const { config, operations } = this.#domain.monitor;
    const job = jobName === undefined ? undefined : this.#domain.jobLabel(this.#queue, jobName);
    const operation: Operation = {
      kind: 'queue',
      name: job === undefined ? this.#queue : `${this.#queue}/${job}`,
      context: currentContext(),
      startedAt: config.clock.now(),
      attributes: { operation: 'add', queue: this.#queue, job },
    };
    operations.start(operation);
    return operation;
  }

  #endOperation(operation: Operation, outcome: 'ok' | 'error', jobs: number, error?: unknown): void {
    const { config, operations } = this.#domain.monitor;
    operation.durationMs = config.clock.now() - operation.startedAt;
    operation.outcome = outcome;
    if (error !== undefined) operation.error = error;
    operation.attributes.jobs = jobs;
    operations.end(operation);
  }
}
