import type { StoreUsage } from '../store.ts';
import type { Catalogue } from './catalogue.ts';
import type { Database } from './database.ts';
import { COMPLETE } from './write-segment.ts';

interface Extent {
  readonly samples: number | null;
  readonly oldest: number | null;
  readonly newest: number | null;
}

/** How much the file holds, the samples of this process's heads among them. */
export async function usageOf(
  database: Database,
  path: string,
  catalogue: Catalogue,
  samplesInMemory: number,
): Promise<StoreUsage> {
  const pages = database.get<{ page_count: number }>('PRAGMA page_count')!.page_count;
  const size = database.get<{ page_size: number }>('PRAGMA page_size')!.page_size;
  const segments = database.get<Extent>(
    `SELECT sum(samples) AS samples, min(start_time) AS oldest, max(end_time) AS newest FROM segment WHERE state = ?`,
    COMPLETE,
  )!;
  const rows = database.get<Extent>('SELECT 0 AS samples, min(time) AS oldest, max(time) AS newest FROM snapshot')!;
  await catalogue.refresh(database);
  return {
    path,
    bytes: pages * size,
    series: catalogue.size,
    samples: (segments.samples ?? 0) + samplesInMemory,
    oldest: least(segments.oldest, rows.oldest),
    newest: segments.newest === null ? (rows.newest ?? undefined) : Math.max(segments.newest, rows.newest ?? 0),
  };
}

function least(a: number | null, b: number | null): number | undefined {
  if (a === null || b === null) return a ?? b ?? undefined;
  return Math.min(a, b);
}
