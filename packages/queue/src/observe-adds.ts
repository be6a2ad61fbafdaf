import { type CounterSeries, currentContext, type Operation } from '@telltale/core';
import { errorCode } from './error-code.ts';
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
    return this.#domain.monitor.operations.active ? this.#startOperation(jobName) : this.#unheard;
  }

  /** The same for every call that nobody listens to. */
  readonly #unheard: PendingAdd = {
    added: (names) => {
      try {
        for (const name of names) this.count(name);
      } catch (error) {
        this.#domain.monitor.errors.report('queue', error);
      }
    },
    failed: (error) => {
      const { monitor, instruments } = this.#domain;
      monitor.errors.guard('queue', () => instruments.addErrors.labels(this.#queue, errorCode(error)).inc(), undefined);
    },
  };

  #startOperation(jobName: unknown): PendingAdd {
    const { config, operations, errors } = this.#domain.monitor;
    const job = jobName === undefined ? undefined : this.#domain.jobLabel(this.#queue, jobName);
    const operation: Operation = {
      kind: 'queue',
      name: job === undefined ? this.#queue : `${this.#queue}/${job}`,
      context: currentContext(),
      startedAt: config.clock.now(),
      attributes: { operation: 'add', queue: this.#queue, job },
    };
    operations.start(operation);
    return {
      added: (names, jobs = names.length) => {
        this.#unheard.added(names);
        errors.guard('queue', () => this.#endOperation(operation, 'ok', jobs), undefined);
      },
      failed: (error) => {
        this.#unheard.failed(error);
        errors.guard('queue', () => this.#endOperation(operation, 'error', 0, error), undefined);
      },
    };
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
