import type { Counter, Histogram, Instruments } from '@telltale/core';
import { queueMetrics } from './metrics.ts';

/** The instruments that are written to when something happens; gauges are read at each scrape. */
export class QueueInstruments {
  readonly added: Counter<readonly ['queue', 'job']>;
  readonly addErrors: Counter<readonly ['queue', 'error_type']>;
  readonly processed: Counter<readonly ['queue', 'job', 'status']>;
  readonly duration: Histogram<readonly ['queue', 'job', 'status']>;
  readonly wait: Histogram<readonly ['queue', 'job']>;
  readonly schedulerLag: Histogram<readonly ['queue', 'job']>;
  readonly retries: Counter<readonly ['queue', 'job']>;
  readonly failures: Counter<readonly ['queue', 'job', 'error_type']>;
  readonly exhausted: Counter<readonly ['queue', 'job']>;
  readonly attempts: Histogram<readonly ['queue', 'job']>;
  readonly overdue: Counter<readonly ['queue', 'job']>;
  readonly stalled: Counter<readonly ['queue']>;
  readonly lockRenewalsLost: Counter<readonly ['queue']>;
  readonly workerErrors: Counter<readonly ['queue', 'error_type']>;
  readonly drain: Histogram<readonly ['queue']>;

  constructor(instruments: Instruments) {
    this.added = instruments.counter(queueMetrics.added);
    this.addErrors = instruments.counter(queueMetrics.addErrors);
    this.processed = instruments.counter(queueMetrics.processed);
    this.duration = instruments.histogram(queueMetrics.duration);
    this.wait = instruments.histogram(queueMetrics.wait);
    this.schedulerLag = instruments.histogram(queueMetrics.schedulerLag);
    this.retries = instruments.counter(queueMetrics.retries);
    this.failures = instruments.counter(queueMetrics.failures);
    this.exhausted = instruments.counter(queueMetrics.exhausted);
    this.attempts = instruments.histogram(queueMetrics.attempts);
    this.overdue = instruments.counter(queueMetrics.overdue);
    this.stalled = instruments.counter(queueMetrics.stalled);
    this.lockRenewalsLost = instruments.counter(queueMetrics.lockRenewalsLost);
    this.workerErrors = instruments.counter(queueMetrics.workerErrors);
    this.drain = instruments.histogram(queueMetrics.drain);
  }
}
