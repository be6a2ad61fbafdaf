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

/**
 * Passes samples on to a StatsD server, labels as DogStatsD tags. What only rises goes as a counter, by what it rose
 * since the snapshot before; a series that restarted counts from zero, and the first snapshot only sets the mark.
 */
export class StatsdPush implements Store {
  readonly name = 'statsd';
  readonly #address: string;
  readonly #onError: (error: unknown) => void;
  #client: Promise<StatsdClient> | undefined;
  #before = new Map<string, number>();
  #first = true;

  constructor(address: string, onError: (error: unknown) => void) {
    this.#address = address;
    this.#onError = onError;
  }

  async write({ series, values }: Snapshot): Promise<void> {
    const client = await (this.#client ??= this.#connect());
    const before = this.#before;
    const now = new Map<string, number>();
    const turns = new Turns(3);
    for (const [i, { labels, key, cumulative }] of series.entries()) {
      const value = values[i]!;
      if (!Number.isFinite(value) || isStale(values, i)) continue;
      const { __name__: name, ...tags } = labels;
      if (cumulative) {
        now.set(key, value);
        const last = before.get(key) ?? (this.#first ? value : 0);
        const rise = value < last ? value : value - last;
        if (rise > 0) client.increment(name!, rise, tags);
      } else client.gauge(name!, value, tags);
      if ((i & 31) === 31 && turns.due) await turns.give();
    }
    this.#before = now;
    this.#first = false;
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
