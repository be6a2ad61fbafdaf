import type { ServerReading } from './cache-readings.ts';

/** What Telltale shows of the text that `INFO` answers. `database` is the number of the database that is selected. */
export function readInfo(info: string, database: number): ServerReading {
  return {
    entries: field(info, `db${database}:keys=`),
    memoryBytes: field(info, 'used_memory:'),
    evicted: field(info, 'evicted_keys:'),
  };
}

/** Several servers of one cluster. */
export function sumReadings(readings: readonly ServerReading[]): ServerReading {
  const sum = { entries: 0, memoryBytes: 0, evicted: 0 };
  for (const { entries, memoryBytes, evicted } of readings) {
    sum.entries += entries;
    sum.memoryBytes += memoryBytes;
    sum.evicted += evicted;
  }
  return sum;
}

/** A field that is absent counts as zero: an empty database has no line. */
function field(info: string, name: string): number {
  const at = info.indexOf(`\n${name}`);
  return at < 0 ? 0 : Number.parseInt(info.slice(at + name.length + 1, at + name.length + 24), 10) || 0;
}
