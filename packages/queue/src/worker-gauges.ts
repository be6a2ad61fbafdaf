import type { Gauge, Monitor } from '@telltale/core';
import { queueMetrics } from './metrics.ts';

/** A worker of this process, as the gauges see it. */
export interface GaugedWorker {
  readonly queue: string;
  state(): 'running' | 'paused' | 'stopped';
  concurrency(): number;
  activeJobs(): number;
  /** Milliseconds, 0 where none runs. */
  longestRunningMs(): number;
}

/** Reads the workers of this process at each scrape. */
export class WorkerGauges {
  readonly #workers = new Set<GaugedWorker>();
  readonly #count: Gauge<readonly ['queue', 'state']>;
  readonly #concurrency: Gauge<readonly ['queue']>;
  readonly #active: Gauge<readonly ['queue']>;
  readonly #longest: Gauge<readonly ['queue']>;
  readonly #known = new Set<string>();

  constructor({ instruments, errors }: Monitor) {
    const collect = (): void => errors.guard('queue', () => this.#read(), undefined);
    this.#count = instruments.gauge({ ...queueMetrics.workers, collect });
    this.#concurrency = instruments.gauge(queueMetrics.concurrency);
    this.#active = instruments.gauge(queueMetrics.activeJobs);
    this.#longest = instruments.gauge(queueMetrics.longestRunning);
  }

  /** Returns the function that takes the worker out again. */
  add(worker: GaugedWorker): () => void {
    this.#workers.add(worker);
    this.#known.add(worker.queue);
    return () => void this.#workers.delete(worker);
  }

  /** A queue whose last worker closed goes to 0 rather than away: that is what an alert looks for. */
  #read(): void {
    for (const queue of this.#known) {
      const workers = [...this.#workers].filter((worker) => worker.queue === queue);
      const running = workers.filter((worker) => worker.state() === 'running');
      for (const state of ['running', 'paused', 'stopped'] as const) {
        this.#count.labels(queue, state).set(workers.filter((worker) => worker.state() === state).length);
      }
      this.#concurrency.labels(queue).set(sum(running.map((worker) => worker.concurrency())));
      this.#active.labels(queue).set(sum(workers.map((worker) => worker.activeJobs())));
      this.#longest.labels(queue).set(Math.max(0, ...workers.map((worker) => worker.longestRunningMs())) / 1000);
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
