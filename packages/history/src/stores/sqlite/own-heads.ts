import type { RecordedSeries, Snapshot } from '../../recorder/snapshot.ts';
import { SAMPLES_OF_A_SEGMENT, SNAPSHOTS_OF_A_SEGMENT } from '../memory-store.ts';
import { OwnHead } from './own-head.ts';
import type { HeadInMemory } from './question.ts';

/** What this process has in memory: the last head is filled; those before wait to be sealed. */
export class OwnHeads {
  #heads: readonly OwnHead[] = [new OwnHead()];
  readonly #mostBytes: number;

  /** A head begins anew when it takes so many bytes in the file. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The series that are in memory. */
  get series(): ReadonlySet<readonly RecordedSeries[]> {
    return new Set(this.#heads.flatMap(({ head }) => head.snapshots.map(({ series }) => series)));
  }

  /** The oldest, which is the first to be written. */
  get first(): OwnHead {
    return this.#heads[0]!;
  }

  /** Whether the oldest is the one that is filled. */
  get onlyOne(): boolean {
    return this.#heads.length === 1;
  }

  /** Their numbers in the file, of those that are there. */
  get ids(): readonly number[] {
    return this.#heads.flatMap(({ id }) => (id === undefined ? [] : [id]));
  }

  get samples(): number {
    return this.#heads.reduce((sum, { head }) => sum + head.samples, 0);
  }

  /** As they are now, for a question. */
  view(): readonly HeadInMemory[] {
    return this.#heads.map(({ id, head }) => ({ id, head, count: head.snapshots.length }));
  }

  append(snapshot: Snapshot): void {
    const { head, bytes } = this.#heads.at(-1)!;
    const full =
      head.snapshots.length >= SNAPSHOTS_OF_A_SEGMENT ||
      head.samples >= SAMPLES_OF_A_SEGMENT ||
      bytes >= this.#mostBytes;
    // A clock that was set back begins anew, too.
    if (full || snapshot.time <= head.lastTime) this.#heads = [...this.#heads, new OwnHead()];
    this.#heads.at(-1)!.head.append(snapshot);
  }

  /** Drops the oldest snapshots that wait, but never the latest, while more samples wait than that. */
  dropWaitingBeyond(samples: number, onDropped: (samples: number) => void): void {
    const latest = this.#heads.at(-1)!.head.snapshots.at(-1)?.values.length ?? 0;
    let waiting = this.#heads.reduce((sum, { samplesWaiting }) => sum + samplesWaiting, 0);
    while (waiting > samples && waiting > latest) {
      const dropped = this.#heads.find(({ samplesWaiting }) => samplesWaiting > 0)!.dropOldestWaiting();
      waiting -= dropped;
      onDropped(dropped);
    }
  }

  /** The oldest is sealed, or was never in the file. */
  removeFirst(): void {
    this.#heads = this.#heads.slice(1);
  }

  /** The file is another: all is to be written again. */
  startOver(): void {
    for (const own of this.#heads) own.startOver();
  }

  clear(): void {
    this.#heads = [new OwnHead()];
  }
}
