import { Head } from '../head.ts';
import type { RowSnapshot } from './snapshot-row.ts';

/** A head of this process: in memory whole, and in the file as far as that could be written. */
export class OwnHead {
  head = new Head();
  /** How many of its snapshots are in the file. */
  written = 0;
  /** Its number there; undefined before the first is written. */
  id: number | undefined;
  /** The last row written, which the next builds upon. */
  row: RowSnapshot | undefined;

  get samplesWaiting(): number {
    const { snapshots } = this.head;
    let samples = 0;
    for (let i = this.written; i < snapshots.length; i++) samples += snapshots[i]!.values.length;
    return samples;
  }

  /** Drops the oldest snapshot that waits. Returns how many samples that were. */
  dropOldestWaiting(): number {
    const { snapshots } = this.head;
    const dropped = snapshots[this.written];
    this.#rebuild(snapshots.filter((_, place) => place !== this.written));
    return dropped?.values.length ?? 0;
  }

  /** Another process found the head abandoned and made a segment of what was written; the rest begins anew. */
  leaveWritten(): void {
    this.#rebuild(this.head.snapshots.slice(this.written));
    this.startOver();
  }

  /** The file is another: all is to be written again. */
  startOver(): void {
    this.written = 0;
    this.id = undefined;
    this.row = undefined;
  }

  /** A new head, since a query may be reading the old one. */
  #rebuild(snapshots: Head['snapshots']): void {
    this.head = new Head();
    for (const snapshot of snapshots) this.head.append(snapshot);
  }
}
