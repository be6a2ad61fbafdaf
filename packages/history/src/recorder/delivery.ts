import type { Store } from '../stores/store.ts';
import type { Snapshot } from './snapshot.ts';

/** What is told of deliveries. */
export interface DeliverySetting {
  /** Samples that may wait; beyond, the oldest snapshots that wait are dropped. */
  readonly bufferSize: number;
  readonly onTaken: (store: Store, samples: number) => void;
  readonly onDropped: (store: Store, samples: number) => void;
  readonly onError: (store: Store, error: unknown) => void;
}

/** Hands snapshots to one store, one after the other; a slow or failing store keeps nobody else waiting. */
export class Delivery {
  readonly store: Store;
  readonly #setting: DeliverySetting;
  readonly #waiting: Snapshot[] = [];
  #samplesWaiting = 0;
  #samplesInHand = 0;
  #abandoned = false;
  #running: Promise<void> | undefined;

  constructor(store: Store, setting: DeliverySetting) {
    this.store = store;
    this.#setting = setting;
  }

  /** Hands the snapshot on as soon as the store has taken those before. */
  send(snapshot: Snapshot): void {
    this.#waiting.push(snapshot);
    this.#samplesWaiting += snapshot.values.length;
    while (this.#samplesWaiting > this.#setting.bufferSize && this.#waiting.length > 1) {
      const { values } = this.#take();
      this.#setting.onDropped(this.store, values.length);
    }
    void this.idle();
  }

  /** Settles when the store has taken, or failed to take, all that waits. Never rejects. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0 && this.#running === undefined) return Promise.resolve();
    return (this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    }));
  }

  /** Waits until all is taken and the store is closed, for no longer than the store says. Never rejects. */
  async end(): Promise<void> {
    const ended = this.#end();
    const { closesWithinMs } = this.store;
    if (closesWithinMs === undefined) return ended;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), closesWithinMs);
    });
    const first = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (first === 'late') this.#abandon();
  }

  async #end(): Promise<void> {
    await this.idle();
    try {
      await this.store.close?.();
    } catch (error) {
      this.#setting.onError(this.store, error);
    }
  }

  /** Counts what waits, and what the store is busy with, as dropped. */
  #abandon(): void {
    this.#abandoned = true;
    let dropped = this.#samplesInHand;
    while (this.#waiting.length > 0) dropped += this.#take().values.length;
    if (dropped > 0) this.#setting.onDropped(this.store, dropped);
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const snapshot = this.#take();
      const { length } = snapshot.values;
      this.#samplesInHand = length;
      try {
        await this.store.write(snapshot);
        if (!this.#abandoned) this.#setting.onTaken(this.store, length);
      } catch (error) {
        if (this.#abandoned) return;
        this.#setting.onDropped(this.store, length);
        this.#setting.onError(this.store, error);
      } finally {
        this.#samplesInHand = 0;
      }
    }
  }

  #take(): Snapshot {
    const snapshot = this.#waiting.shift()!;
    this.#samplesWaiting -= snapshot.values.length;
    return snapshot;
  }
}
