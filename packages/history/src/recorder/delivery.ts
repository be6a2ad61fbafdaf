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

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const snapshot = this.#take();
      try {
        await this.store.write(snapshot);
        this.#setting.onTaken(this.store, snapshot.values.length);
      } catch (error) {
        this.#setting.onDropped(this.store, snapshot.values.length);
        this.#setting.onError(this.store, error);
      }
    }
  }

  #take(): Snapshot {
    const snapshot = this.#waiting.shift()!;
    this.#samplesWaiting -= snapshot.values.length;
    return snapshot;
  }
}
