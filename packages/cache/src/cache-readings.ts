import { type Gauge, inTime, type Monitor } from '@telltale/core';
import type { ReadInstruments } from './cache-instruments.ts';

/** What a Redis server says of itself. */
export interface ServerReading {
  readonly entries: number;
  readonly memoryBytes: number;
  /** Since the server was started. */
  readonly evicted: number;
}

/** A client of a server, as a scrape sees it. */
export interface ServerSource {
  readonly cache: string;
  /** Whether it is one of several servers that make up the cache, so that only all of them tell of the whole. */
  readonly part: boolean;
  /** Whether its connection is ready; `undefined` when the client is gone for good. */
  connected(): boolean | undefined;
  /** Asks the server; `undefined` where this client cannot at the moment, or may not. */
  ask(): Promise<ServerReading | undefined> | undefined;
}

/** A cache in this process, as a scrape sees it. */
export interface ProcessSource {
  readonly cache: string;
  /** `undefined` when the cache is gone for good. */
  measure(): { readonly entries?: number | undefined; readonly size?: number | undefined } | undefined;
}

/** A scrape waits no longer for a server; it then shows what was read last. */
const PATIENCE_MS = 500;

/** Reads, once for each scrape, what is not counted as it happens. */
export class CacheReadings {
  readonly servers = new Set<ServerSource>();
  readonly processes = new Set<ProcessSource>();
  readonly #monitor: Monitor;
  #instruments: ReadInstruments | undefined;
  #running: Promise<void> | undefined;
  readonly #last = new WeakMap<ServerSource, ServerReading>();
  readonly #asking = new WeakMap<ServerSource, Promise<void>>();

  constructor(monitor: Monitor) {
    this.#monitor = monitor;
  }

  /** Says which instruments take what is read. */
  fill(instruments: ReadInstruments): void {
    this.#instruments = instruments;
  }

  /** Several instruments ask at each scrape; all get the same reading. Never rejects. */
  collect(): Promise<void> {
    this.#running ??= this.#collect()
      .catch((error) => this.#monitor.errors.report('cache', error))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #collect(): Promise<void> {
    const connections = new Map<string, number>();
    const chosen = new Map<string, ServerSource[]>();
    const asked: Promise<void>[] = [];
    for (const source of this.servers) {
      const connected = source.connected();
      if (connected === undefined) {
        this.servers.delete(source);
        continue;
      }
      add(connections, source.cache, connected ? 1 : 0);
      const others = chosen.get(source.cache);
      // Of one server, one client's answer is as good as another's.
      if (!connected || (others !== undefined && !source.part)) continue;
      const asking = this.#ask(source);
      if (asking !== undefined) asked.push(asking);
      else if (!this.#last.has(source)) continue;
      if (others === undefined) chosen.set(source.cache, [source]);
      else others.push(source);
    }
    await inTime(Promise.all(asked), PATIENCE_MS, () => {});
    this.#set(connections, chosen);
  }

  /** A question that was not answered by the last scrape is not asked again. */
  #ask(source: ServerSource): Promise<void> | undefined {
    const earlier = this.#asking.get(source);
    if (earlier !== undefined) return earlier;
    const reading = source.ask();
    if (reading === undefined) return undefined;
    const asking = reading
      .then((read) => read && this.#note(source, read))
      .catch((error) => this.#monitor.errors.report('cache', error))
      .finally(() => this.#asking.delete(source)) as Promise<void>;
    this.#asking.set(source, asking);
    return asking;
  }

  #note(source: ServerSource, reading: ServerReading): void {
    const before = this.#last.get(source)?.evicted;
    this.#last.set(source, reading);
    const evictions = this.#instruments!.evictions.labels(source.cache);
    // A server that was started anew counts from zero.
    if (before !== undefined) evictions.inc(reading.evicted >= before ? reading.evicted - before : reading.evicted);
  }

  #set(connections: ReadonlyMap<string, number>, chosen: ReadonlyMap<string, readonly ServerSource[]>): void {
    const gauges = this.#instruments!;
    const entries = new Map<string, number>();
    const memory = new Map<string, number>();
    const sizes = new Map<string, number>();
    for (const [cache, sources] of chosen) {
      for (const source of sources) {
        const reading = this.#last.get(source);
        add(entries, cache, reading?.entries);
        add(memory, cache, reading?.memoryBytes);
      }
    }
    for (const source of this.processes) {
      const measured = source.measure();
      if (measured === undefined) this.processes.delete(source);
      else {
        add(entries, source.cache, measured.entries);
        add(sizes, source.cache, measured.size);
      }
    }
    set(gauges.connections, connections);
    set(gauges.entries, entries);
    set(gauges.memory, memory);
    set(gauges.size, sizes);
  }
}

/** What is gone is shown no more. */
function set(gauge: Gauge<readonly ['cache']>, values: ReadonlyMap<string, number>): void {
  gauge.reset();
  for (const [cache, value] of values) gauge.labels(cache).set(value);
}

function add(sums: Map<string, number>, cache: string, amount: number | undefined): void {
  if (amount !== undefined) sums.set(cache, (sums.get(cache) ?? 0) + amount);
}
