import { defaultMonitor, given, number, type OptionsOf, resolveConfig, text } from '@telltale/core';
import { queueFinder } from './find-queues.ts';
import { queueOptions } from './options.ts';
import { MAX_QUEUES, queueDomain } from './queue-domain.ts';

const queuesOptions = {
  monitor: queueOptions.monitor,
  /** A live client of ioredis or node-redis, or a pool of pg. */
  connection: given<object>(
    'a client of ioredis or node-redis, or a pool of pg',
    (raw) => typeof raw === 'object' && raw !== null,
  ),
  /** BullMQ's key prefix. @default 'bull' */
  prefix: text('bull'),
  /** The schema of BullMQ's Postgres backend. @default 'bullmq' */
  schema: text('bullmq'),
  /** How often new queues are looked for. @default 60 */
  intervalSeconds: number(60, { min: 1, max: 86_400, unit: 'seconds' }),
} as const;

/** What `monitorQueues` takes. */
export type MonitorQueuesOptions = OptionsOf<typeof queuesOptions>;

/** The queues that were found. */
export interface FoundQueues {
  readonly names: readonly string[];
  /** Looks for new ones now. Never rejects; what the server says is reported. */
  refresh(): Promise<readonly string[]>;
  close(): void;
}

/**
 * Shows the depth of every queue that is there, also of those that no process has named or works on: the figures of
 * `monitorQueue`, with the same election among processes. It looks through the keys in steps of a thousand, at most a
 * hundred thousand a search, in the order of the server's cursor; at most 500 queues are shown.
 *
 * @throws {ConfigError} for an option that cannot be used.
 * @throws {TelltaleError} for a connection that is not a live client.
 *
 * @example
 * monitorQueues({ connection: redis, prefix: 'bull' });
 */
export function monitorQueues(options: MonitorQueuesOptions): FoundQueues {
  const config = resolveConfig(queuesOptions, options, {});
  const monitor = config.monitor ?? defaultMonitor();
  const finder = queueFinder(config.connection, config.prefix, config.schema);
  const known = new Map<string, () => void>();
  const found: FoundQueues = {
    get names() {
      return [...known.keys()];
    },
    async refresh() {
      searching ??= search().finally(() => {
        searching = undefined;
      });
      await searching;
      return found.names;
    },
    close() {
      closed = true;
      clearInterval(timer);
      removeCloser();
      for (const name of known.keys()) forget(name);
    },
  };
  let closed = !monitor.enabled;
  let searching: Promise<void> | undefined;

  const forget = (name: string): void => {
    known.get(name)?.();
    known.delete(name);
  };
  const search = async (): Promise<void> => {
    if (closed || !finder.ready()) return;
    try {
      const { found: names, gone } = await finder.search(new Set(known.keys()));
      for (const name of gone) forget(name);
      for (const name of names) if (!closed && known.size < MAX_QUEUES) watch(name);
    } catch (error) {
      if (finder.ready() && !closed) monitor.errors.report('queue', error);
    }
  };
  const watch = (name: string): void => {
    const domain = queueDomain(monitor);
    const key = finder.qualifiedName(name);
    const source = Promise.resolve(finder.source(name));
    const readable = { key, label: domain.queueLabel(name, key), closed: () => closed, source: () => source };
    known.set(name, domain.depths.addReadable(readable));
  };
  const timer = setInterval(() => void found.refresh(), config.intervalSeconds * 1000).unref();
  const removeCloser = monitor.onClose(() => found.close());
  void found.refresh();
  return found;
}
