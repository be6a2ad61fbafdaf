import { flag, given, Monitor, number, type OptionsOf, type Resolved } from '@telltale/core';

const monitor = given<Monitor>('a Monitor', (raw) => raw instanceof Monitor || isMonitor(raw));

/** The options of `monitorQueue` and `monitorFlow`. */
export const queueOptions = {
  /** The monitor to use. @default the process-wide one */
  monitor,
  /** Whether this process may be the one that reads depth and age of the queue. @default true */
  depth: flag(true),
} as const;

/** The options of `monitorWorker`. */
export const workerOptions = {
  ...queueOptions,
  /** Past so many milliseconds a running job is counted and logged as overdue. @default never */
  longRunningMs: number(undefined, { min: 1, max: 2_147_483_647, unit: 'milliseconds' }),
  /** Whether every attempt that ends well has a log line. Failures always have theirs. @default true */
  jobLog: flag(true),
  /** Puts the process's resident memory before, after and at its highest during a job on its log line. @default false */
  memory: flag(false),
} as const;

/** What `monitorQueue` and `monitorFlow` take. */
export type MonitorQueueOptions = OptionsOf<typeof queueOptions>;
/** What `monitorWorker` takes. */
export type MonitorWorkerOptions = OptionsOf<typeof workerOptions>;
/** What the options of `monitorWorker` resolve to. */
export type WorkerConfig = Resolved<typeof workerOptions>;

/** A monitor of another installed copy is one too. */
function isMonitor(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && 'instruments' in raw && 'operations' in raw && 'logger' in raw;
}
