import { randomUUID } from 'node:crypto';
import type { Gauge, Monitor } from '@telltale/core';
import type { Connected } from './bullmq-like.ts';
import { type DepthSource, depthSource, type QueueStatus } from './depth-source.ts';
import { queueMetrics } from './metrics.ts';

/** No scrape waits longer for a queue. */
const PATIENCE_MS = 1_000;
/** How long a process stays the reader of a queue without scraping: three scrapes, within these bounds. */
const LEASE_MS = { min: 15_000, first: 60_000, max: 900_000 };

const STATES = ['waiting', 'active', 'delayed', 'prioritized', 'waiting-children', 'completed', 'failed'] as const;

/** A queue that can be read: by BullMQ's own connection, or by a client that was given. */
export interface Readable {
  readonly key: string;
  readonly label: string;
  closed(): boolean;
  /** Settles when the connection has been made. */
  source(): Promise<DepthSource | undefined>;
}

interface Watched {
  readonly label: string;
  readonly readables: Set<Readable>;
  /** A look that has not come back yet. */
  pending: Promise<void> | undefined;
  elected: boolean;
}

/** Reads depth and age of the queues of this process at each scrape, of those that no other process reads. */
export class DepthGauges {
  readonly #monitor: Monitor;
  readonly #holder = randomUUID();
  readonly #watched = new Map<string, Watched>();
  readonly #depth: Gauge<readonly ['queue', 'state']>;
  readonly #oldest: Gauge<readonly ['queue']>;
  readonly #paused: Gauge<readonly ['queue']>;
  readonly #resignations = new Set<Promise<void>>();
  #scrapedAt: number | undefined;
  #leaseMs = LEASE_MS.first;
  #refreshing: Promise<void> | undefined;

  constructor(monitor: Monitor) {
    this.#monitor = monitor;
    const { instruments } = monitor;
    // Whichever is asked first reads for all three.
    const collect = (): Promise<void> => this.refresh();
    this.#depth = instruments.gauge({ ...queueMetrics.depth, collect });
    this.#oldest = instruments.gauge({ ...queueMetrics.oldestWaiting, collect });
    this.#paused = instruments.gauge({ ...queueMetrics.paused, collect });
    monitor.onClose(async () => void (await inTime(Promise.all(this.#resignations))));
  }

  /** Adds a BullMQ queue or worker. Returns the function that takes it out again. */
  add(queue: Connected, label: string): () => void {
    let source: Promise<DepthSource | undefined> | undefined;
    return this.addReadable({
      key: queue.qualifiedName ?? queue.name,
      label,
      closed: () => queue.closed === true || queue.closing !== undefined,
      source: () => {
        source ??= depthSource(queue).catch((error) => {
          source = undefined;
          throw error;
        });
        return source;
      },
    });
  }

  addReadable(readable: Readable): () => void {
    const { key, label } = readable;
    // Figures of several queues under one name would be those of none.
    if (label === 'other') return () => {};
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      this.#watched.set(key, (watched = { label, readables: new Set(), pending: undefined, elected: false }));
    }
    watched.readables.add(readable);
    return () => this.#remove(key, readable);
  }

  /** Reads every queue once, however many ask at the same time. Never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#readAll().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #readAll(): Promise<void> {
    const now = this.#monitor.config.clock.monotonic();
    if (this.#scrapedAt !== undefined && now > this.#scrapedAt) {
      this.#leaseMs = Math.min(LEASE_MS.max, Math.max(LEASE_MS.min, 3 * (now - this.#scrapedAt)));
    }
    this.#scrapedAt = now;
    await Promise.all([...this.#watched].map(([key, watched]) => this.#read(key, watched)));
  }

  async #read(key: string, watched: Watched): Promise<void> {
    for (const readable of watched.readables) if (readable.closed()) this.#remove(key, readable);
    const [readable] = watched.readables;
    if (readable === undefined) return;
    // One look that hangs is enough: more of them would pile up in a client that waits for its server.
    if (watched.pending !== undefined) return this.#clear(watched);

    let late = false;
    const look = this.#look(readable, watched).then(
      (status) => {
        watched.pending = undefined;
        if (late || status === undefined) this.#clear(watched);
        else this.#show(watched, status);
      },
      (error) => {
        watched.pending = undefined;
        this.#clear(watched);
        if (!readable.closed() && isRefusal(error)) this.#monitor.errors.report('queue', error);
      },
    );
    watched.pending = look;
    if (await inTime(look)) return;
    late = true;
    this.#clear(watched);
  }

  async #look(readable: Readable, watched: Watched): Promise<QueueStatus | undefined> {
    const source = await readable.source();
    if (source === undefined || !source.ready()) return undefined;
    watched.elected = await source.elect(this.#holder, this.#leaseMs);
    return watched.elected ? source.read(this.#monitor.config.clock.now()) : undefined;
  }

  #show({ label }: Watched, { counts, paused, oldestWaitingSeconds }: QueueStatus): void {
    for (const state of STATES) this.#depth.labels(label, state).set(counts[state]);
    this.#oldest.labels(label).set(oldestWaitingSeconds);
    this.#paused.labels(label).set(paused ? 1 : 0);
  }

  /** What is not known is not shown: an old figure would be taken for a new one. */
  #clear({ label }: Watched): void {
    for (const state of STATES) this.#depth.remove({ queue: label, state });
    this.#oldest.remove({ queue: label });
    this.#paused.remove({ queue: label });
  }

  #remove(key: string, readable: Readable): void {
    const watched = this.#watched.get(key);
    watched?.readables.delete(readable);
    if (watched === undefined || watched.readables.size > 0) return;
    this.#watched.delete(key);
    this.#clear(watched);
    if (!watched.elected) return;
    const resignation = this.#resign(readable).finally(() => this.#resignations.delete(resignation));
    this.#resignations.add(resignation);
  }

  /** So that another process need not wait for the lease to end. Never rejects: a connection may be ending too. */
  async #resign(readable: Readable): Promise<void> {
    try {
      const source = await readable.source();
      if (source?.ready()) await source.resign(this.#holder);
    } catch {
      // The lease ends by itself.
    }
  }
}

/** Waits for a promise, but not for ever; whether it was settled in time. */
async function inTime(promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false).unref();
  });
  const settled = await Promise.race([promise.then(() => true), patience]);
  clearTimeout(timer);
  return settled;
}

/** The server answered and would not do it, or we asked amiss; that it is away is nothing of ours. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  if (/^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN)/.test(error.message)) return false;
  const sqlState = (error as { readonly code?: unknown }).code;
  const refusedByPostgres = typeof sqlState === 'string' && /^(22|42)\w{3}$/.test(sqlState);
  return (
    error instanceof TypeError ||
    refusedByPostgres ||
    /^(ReplyError|ErrorReply|SimpleError)$/.test(error.constructor.name)
  );
}
