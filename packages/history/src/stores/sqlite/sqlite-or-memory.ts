import type { SeriesSource } from '@telltale/promql';
import type { Snapshot } from '../../recorder/snapshot.ts';
import { MemoryStore, type MemoryStoreOptions } from '../memory-store.ts';
import type { QueryableStore, StoreUsage } from '../store.ts';
import { troubleOf } from './sqlite-error.ts';
import { SqliteStore, type SqliteStoreOptions } from './sqlite-store.ts';

/**
 * A store in SQLite, or in memory where the file cannot be opened: a read-only disk, no `node:sqlite`, a file of
 * another program. That turns out when it is first used, and is told of once.
 */
export class SqliteOrMemory implements QueryableStore {
  readonly #options: SqliteStoreOptions;
  readonly #memory: MemoryStoreOptions;
  #chosen: Promise<SqliteStore | MemoryStore> | undefined;
  #name = 'sqlite';

  constructor(options: SqliteStoreOptions, memory: MemoryStoreOptions) {
    this.#options = options;
    this.#memory = memory;
  }

  get name(): string {
    return this.#name;
  }

  readonly source: SeriesSource = {
    select: async (...question) => (await this.#store()).select(...question),
    series: async (...question) => (await this.#store()).series(...question),
  };

  async write(snapshot: Snapshot): Promise<void> {
    await (await this.#store()).write(snapshot);
  }

  async usage(): Promise<StoreUsage> {
    return (await this.#store()).usage();
  }

  async clear(): Promise<void> {
    await (await this.#store()).clear();
  }

  /** Never opens the file: what comes afterwards is refused. */
  async close(): Promise<void> {
    if (this.#chosen === undefined) this.#chosen = this.#closed();
    else {
      const store = await this.#chosen;
      if (store instanceof SqliteStore) await store.close();
    }
  }

  async #closed(): Promise<SqliteStore> {
    const store = new SqliteStore(this.#options);
    await store.close();
    return store;
  }

  #store(): Promise<SqliteStore | MemoryStore> {
    return (this.#chosen ??= this.#choose());
  }

  async #choose(): Promise<SqliteStore | MemoryStore> {
    const store = new SqliteStore(this.#options);
    try {
      await store.open();
    } catch (error) {
      // Another process is busy with it, or the disk is full just now: that passes.
      const trouble = troubleOf(error);
      if (trouble !== 'busy' && trouble !== 'full') {
        this.#name = 'memory';
        this.#options.onNotice(`The history stays in memory: ${this.#options.path} cannot be used`, error);
        return new MemoryStore(this.#memory);
      }
    }
    return store;
  }
}
