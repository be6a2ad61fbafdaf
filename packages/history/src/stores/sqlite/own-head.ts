import { Head } from '../head.ts';
import type { EnteringHead } from './known-series.ts';
import type { RowSnapshot } from './snapshot-row.ts';

/** What the file has for a series beside its labels. */
const BYTES_BESIDE_LABELS = 40;

/** A head of this process: in memory whole, and in the file as far as that could be written. */
export class OwnHead implements EnteringHead {
  head = new Head();
  /** How many of its snapshots are in the file. */
  written = 0;
  /** Its number there; undefined before the first is written. */
  id: number | undefined;
  /** The last row written, which the next builds upon. */
  row: RowSnapshot | undefined;
  /** About what it takes in the file: its rows, and the labels that came with them. */
  bytes = 0;
  /** The series that are known in the file to have samples in this head. */
  readonly claimed = new Set<number>();

  get samplesWaiting(): number {
    const { snapshots } = this.head;
    let samples = 0;
    for (let i = this.written; i < snapshots.length; i++) samples += snapshots[i]!.values.length;
    return samples;
  }

  entered(id: number, bytes: number): void {
    this.claimed.add(id);
    this.bytes += bytes + BYTES_BESIDE_LABELS;
  }

  /** Drops the oldest snapshot that waits. Returns how many samples that were. */
  dropOldestWaiting(): number {
    const { snapshots } = this.head;
    const dropped = snapshots[this.written];
    this.#rebuild(snapshots.filter((_, place) => place !== this.written));
    return dropped?.values.length ?? 0;
  }

  /**
   * The head is not in the file any more: another process made a segment of it, or took all away. What was written and
   * is not in the segment begins anew with what waits; without a segment, what was written is gone on purpose.
   */
  leaveWritten(segment: ReadonlySet<number> | undefined): void {
    const { snapshots } = this.head;
    this.#rebuild(
      snapshots.filter(({ time }, place) => place >= this.written || (segment !== undefined && !segment.has(time))),
    );
    this.startOver();
  }

  /** The file is another: all is to be written again. */
  startOver(): void {
    this.written = 0;
    this.id = undefined;
    this.row = undefined;
    this.bytes = 0;
    this.claimed.clear();
  }

  /** A new head, since a query may be reading the old one. */
  #rebuild(snapshots: Head['snapshots']): void {
    this.head = new Head();
    for (const snapshot of snapshots) this.head.append(snapshot);
  }
}
