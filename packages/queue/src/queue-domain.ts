import type { Monitor } from '@telltale/core';
import { boundedLabel } from './bounded-label.ts';
import { DepthGauges } from './depth-gauges.ts';
import { QueueInstruments } from './queue-instruments.ts';
import { WorkerGauges } from './worker-gauges.ts';

/** Shared by all copies of Telltale in a process, since a gauge is collected by whoever made it first. */
const DOMAIN = Symbol.for('telltale.v1.queue-domain');

/** Past so many queues of one process, new ones are `other`. */
export const MAX_QUEUES = 500;

type MonitorWithDomain = Monitor & { [DOMAIN]?: QueueDomain };

/** What all queues of one monitor share. */
export interface QueueDomain {
  readonly monitor: Monitor;
  readonly instruments: QueueInstruments;
  readonly workers: WorkerGauges;
  readonly depths: DepthGauges;
  /** The label of a queue: its name, with the prefix before it where another queue has that name already. */
  queueLabel(name: string, qualifiedName?: string): string;
  /** The label of a job's name. */
  jobLabel(queueLabel: string, jobName: unknown): string;
}

/** The queue domain of a monitor, made when it is first asked for. */
export function queueDomain(monitor: Monitor): QueueDomain {
  return ((monitor as MonitorWithDomain)[DOMAIN] ??= createDomain(monitor));
}

function createDomain(monitor: Monitor): QueueDomain {
  const qualified = new Map<string, string | undefined>();
  const jobs = new Map<string, (name: unknown) => string>();
  const queues = boundedLabel(MAX_QUEUES);
  return {
    monitor,
    instruments: new QueueInstruments(monitor.instruments),
    workers: new WorkerGauges(monitor),
    depths: new DepthGauges(monitor),
    queueLabel(name, qualifiedName) {
      const known = qualified.get(name) ?? qualifiedName;
      if (qualifiedName === undefined || known === qualifiedName) {
        const label = queues(name);
        if (label !== 'other' && known !== undefined) qualified.set(name, known);
        return label;
      }
      return queues(qualifiedName);
    },
    jobLabel(queueLabel, jobName) {
      let label = jobs.get(queueLabel);
      if (label === undefined) jobs.set(queueLabel, (label = boundedLabel()));
      return label(jobName);
    },
  };
}
