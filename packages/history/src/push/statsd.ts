import { TelltaleError } from '@telltale/core';
import { isStale } from '@telltale/promql';
import type { Snapshot } from '../recorder/snapshot.ts';
import type { Store } from '../stores/store.ts';
import { Turns } from '../turns.ts';

/** What is used of a client of hot-shots. */
interface StatsdClient {
  increment(name: string, value: number, tags: Record<string, string>): void;
  gauge(name: string, value: number, tags: Record<string, string>): void;
  close(callback: (error?: Error) => void): void;
}

/** Counters that are not there any more are remembered until there are so many besides those that are. */
const ABSENT = 100_000;

/**
 * Passes samples on to a StatsD server, labels as DogStatsD tags. What only rises goes as a counter, by what it rose
 * since it was last there, however long ago; a series that restarted counts from zero, and the first snapshot only
 * sets the mark. Of counters that went, the last 100,000 are remembered: one that comes back is not counted again.
 */
export class StatsdPush implements Store {
  readonly name = 'statsd';
  readonly closesWithinMs = 5_000;
  readonly #address: string;
  readonly #onError: (error: unknown) => void;
  #client: Promise<StatsdClient> | undefined;
  /** The last value of each counter, in the order in which they were last there. */
  readonly #last = new Map<string, number>();
  #first = true;

  constructor(address: string, onError: (error: unknown) => void) {
    this.#address = address;
    this.#onError = onError;
  }

  async write({ series, values }: Snapshot): Promise<void> {
    const client = await (this.#client ??= this.#connect());
    const turns = new Turns(3);
    for (const [i, { labels, key, cumulative }] of series.entries()) {
      const value = values[i]!;
      if (!Number.isFinite(value) || isStale(values, i)) continue;
      const { __name__: name, ...tags } = labels;
      if (cumulative) {
        const last = this.#last.get(key) ?? (this.#first ? value : 0);
        this.#last.delete(key);
        this.#last.set(key, value);
        const rise = value < last ? value : value - last;
        if (rise > 0) client.increment(name!, rise, tags);
      } else client.gauge(name!, value, tags);
      if ((i & 31) === 31 && turns.due) await turns.give();
    }
    this.#first = false;
    for (const key of this.#last.keys()) {
      if (this.#last.size <= series.length + ABSENT) break;
      this.#last.delete(key);
    }
  }

  async close(): Promise<void> {
    const client = await this.#client;
    if (client === undefined) return;
    await new Promise<void>((resolve, reject) => client.close((error) => (error ? reject(error) : resolve())));
  }

  async #connect(): Promise<StatsdClient> {
    const { host, port } = hostAndPort(this.#address);
    const { StatsD } = await import('hot-shots').catch((cause) => {
      this.#client = undefined;
      throw new TelltaleError('history', 'The backend statsd needs the package hot-shots: npm install hot-shots', {
        cause,
      });
    });
    // Below the payload of an Ethernet frame, so that no datagram is split.
    return new StatsD({ host, port, maxBufferSize: 1432, errorHandler: this.#onError }) as StatsdClient;
  }
}

function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`udp://${address}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 8125 : Number(port) };
}
