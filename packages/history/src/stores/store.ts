import type { SeriesSource } from '@telltale/promql';
import type { Snapshot } from '../recorder/snapshot.ts';

/** Where the recorder writes. A store that fails may be written to again; what it missed stays missed. */
export interface Store {
  /** As `backends` names it. */
  readonly name: string;
  /** At the end so long is waited for it, in milliseconds; what it has not taken by then is dropped. Else to the end. */
  readonly closesWithinMs?: number;
  /** Takes a snapshot; the promise settles when it is where it should be. Called again only after that. */
  write(snapshot: Snapshot): void | Promise<void>;
  /** What it holds now; undefined for a store that only passes on. */
  usage?(): StoreUsage | Promise<StoreUsage>;
  /** Forgets everything. */
  clear?(): Promise<void>;
  /** Writes out what waits and lets go of files and connections. */
  close?(): void | Promise<void>;
}

/** A store that can be asked. */
export interface QueryableStore extends Store {
  readonly source: SeriesSource;
}

/** How much a store holds. */
export interface StoreUsage {
  readonly bytes: number;
  readonly series: number;
  readonly samples: number;
  /** Milliseconds since 1970; undefined where there are no samples. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  /** The file, for a store that has one. */
  readonly path?: string;
}
